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

/* One-key decisions. A key presses a button or follows a link that is on the page, and each page lists its own: nothing
   can be done by key alone. Off while a field has the focus, and when somebody turned them off (this browser keeps it). */

(() => {
  "use strict";
  const help = document.querySelector("[data-keys]");
  const choice = help && help.querySelector("[data-keys-switch]");
  if (!choice) return;

  const OFF = "desk-keys-off";
  const OTHER_NAMES = { ArrowRight: "j", ArrowLeft: "k" };
  const rows = [...document.querySelectorAll("[data-rows] > li")];
  let pressed = false; // once is enough: the next page is on its way, and must not be decided by the same finger

  help.hidden = false;
  try {
    choice.checked = localStorage.getItem(OFF) === null;
  } catch {
    choice.checked = true; // nothing may be kept here, so it is asked anew on each page
  }
  choice.addEventListener("change", () => {
    try {
      if (choice.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch {
      /* it holds for this page */
    }
  });

  const inField = (target) => target !== choice && target.matches("input, select, textarea, [contenteditable]");
  const here = () => rows.findIndex((row) => row.contains(document.activeElement));

  const move = (by) => {
    const row = rows[Math.min(Math.max(here() + by, 0), rows.length - 1)];
    (row.hasAttribute("tabindex") ? row : row.querySelector("a")).focus();
  };

  document.addEventListener("keydown", (event) => {
    if (!choice.checked || pressed || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (inField(event.target)) return;
    const key = OTHER_NAMES[event.key] || event.key;
    if (!/^[a-z]$/.test(key)) return;
    const row = rows[here()];
    const wanted = document.querySelector(`[data-key="${key}"]`) || (row && row.querySelector(`[data-row-key="${key}"]`));
    if (wanted) {
      event.preventDefault();
      wanted.click();
      pressed = !wanted.form || wanted.formNoValidate || wanted.form.checkValidity();
    } else if (rows.length && (key === "j" || key === "k")) {
      event.preventDefault();
      move(key === "j" ? 1 : -1);
    }
  });
  addEventListener("pageshow", () => {
    pressed = false;
  });
})();
