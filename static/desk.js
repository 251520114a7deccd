/* Keeps drafts of the desk's longer forms while somebody types. Everything works without it: "Save draft" is a button. */

(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  const status = form && form.querySelector("[data-draft-status]");
  if (!form || !status) return;

  const PAUSE = 4_000; // after the last key
  const LONGEST = 30_000; // while somebody types without a pause
  let timer = 0;
  let waitingSince = 0;
  let leaving = false;

  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };

  const keep = async (closing) => {
    clearTimeout(timer);
    timer = 0;
    if (leaving) return;
    const fields = new URLSearchParams(new FormData(form));
    fields.set("act", "draft");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: fields,
        headers: { Accept: "application/json" },
        redirect: "manual",
        keepalive: closing,
      });
      if (answer.ok) {
        const { saved_at } = await answer.json();
        const time = new Date(saved_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
        say(`${form.dataset.saved} ${time}`);
      } else if (answer.status === 401 || answer.type === "opaqueredirect") {
        say(form.dataset.out);
      } else {
        say(form.dataset.failed);
      }
    } catch {
      say(form.dataset.failed);
    }
  };

  form.addEventListener("input", () => {
    const now = Date.now();
    if (!timer) waitingSince = now;
    clearTimeout(timer);
    timer = setTimeout(keep, Math.max(0, Math.min(PAUSE, waitingSince + LONGEST - now)), false);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && timer) keep(true);
  });
})();
