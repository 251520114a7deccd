// A proof of work in ALTCHA's format (version 1): find the number whose SHA-256, written behind the salt, is the challenge.
// https://altcha.org/docs/v1/proof-of-work/ . SHA-256 is written out here (FIPS 180-4): an onion service over plain http has no
// crypto.subtle, and for one short text after the other, crossing into WebCrypto costs more than the hash.
"use strict";

(() => {
  const CHUNK_MS = 30;

  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
  const START = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
  const ROUND = primes.map((p) => fraction(Math.cbrt(p)));

  /** SHA-256 of an ASCII text, as eight 32-bit words. */
  function sha256(text) {
    const blocks = (text.length + 72) >> 6;
    const words = new Int32Array(blocks * 16);
    for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8);
    words[text.length >> 2] |= 0x80 << (24 - (text.length & 3) * 8);
    words[words.length - 1] = text.length * 8;
    const state = Int32Array.from(START);
    const w = new Int32Array(64);
    for (let block = 0; block < words.length; block += 16) mix(state, w, words.subarray(block, block + 16));
    return state;
  }

  const turn = (x, n) => (x >>> n) | (x << (32 - n));

  /** One block of SHA-256 into `state`; `w` is room to work in. */
  function mix(state, w, block) {
    w.set(block);
    for (let i = 16; i < 64; i++) {
      const near = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      const far = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      w[i] = w[i - 16] + far + w[i - 7] + near;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] += value; });
  }

  /** Tries numbers in slices, so that the page stays usable; the number, or null if none fits. */
  async function solve(work, most, tell) {
    const wanted = Int32Array.from(work.challenge.match(/.{8}/g), (part) => parseInt(part, 16));
    let number = 0;
    while (number <= most) {
      const pause = performance.now() + CHUNK_MS;
      for (; number <= most && performance.now() < pause; number++) {
        const found = sha256(work.salt + number);
        if (found[0] === wanted[0] && found.every((word, i) => word === wanted[i])) return number;
      }
      tell(number / most);
      await new Promise((resume) => setTimeout(resume));
    }
    return null;
  }

  async function run(form) {
    const work = JSON.parse(form.dataset.work);
    const part = (name) => form.querySelector(name);
    const [bar, state, answer, button] = ["[data-with] progress", "[data-state]", "[data-answer]", "button[type=submit]"].map(part);
    part("[data-without]").hidden = true;
    part("[data-with]").hidden = false;
    button.disabled = true;
    state.textContent = state.dataset.working;
    const began = performance.now();
    const number = await solve(work, work.maxNumber ?? work.maxnumber, (share) => { bar.value = share * 100; });
    button.disabled = false;
    bar.value = 100;
    state.textContent = number === null ? state.dataset.failed : state.dataset.ready;
    if (number === null) return;
    const { algorithm, challenge, salt, signature } = work;
    answer.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature, took: Math.round(performance.now() - began) }));
    answer.disabled = false;
  }

  for (const form of document.querySelectorAll("form[data-work]")) run(form);
})();
