/* The form to join: finds members while somebody types a name, counts the statement's characters, looks at the photo's
   size. Everything works without it. The list follows the combobox pattern of the ARIA Authoring Practices. */

(() => {
  "use strict";
  const form = document.querySelector("form.join");
  if (!form) return;
  const field = (name) => form.elements[name];

  // --- the roster ---------------------------------------------------------------------------------------------------

  const findMembers = (finder) => {
    const input = finder.querySelector("input");
    const list = finder.querySelector("[role=listbox]");
    const said = finder.querySelector("[data-said]");
    const PAUSE = 200; // after the last key
    const FEWEST = 2;
    let timer = 0;
    let asking = null;
    let found = [];
    let active = -1;

    const say = (text) => { said.textContent = text; };

    const mark = (number) => {
      active = number;
      [...list.children].forEach((option, each) => option.setAttribute("aria-selected", String(each === active)));
      if (active < 0) input.removeAttribute("aria-activedescendant");
      else {
        input.setAttribute("aria-activedescendant", list.children[active].id);
        list.children[active].scrollIntoView({ block: "nearest" });
      }
    };

    const open = (shown) => {
      list.hidden = !shown;
      input.setAttribute("aria-expanded", String(shown));
      if (!shown) mark(-1);
    };

    const option = (member, number) => {
      const item = document.createElement("li");
      item.id = `finder-${number}`;
      item.setAttribute("role", "option");
      const name = document.createElement("bdi");
      name.textContent = member.name;
      const about = document.createElement("span");
      about.textContent = [member.chamber, member.party, member.area].filter(Boolean).join(" · ");
      item.append(name, " ", about);
      item.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays where it is
      item.addEventListener("click", () => choose(number));
      return item;
    };

    const show = (members, words) => {
      found = members;
      list.replaceChildren(...found.map(option));
      mark(-1);
      open(found.length > 0 && document.activeElement === input);
      say(words);
    };

    const ask = async () => {
      if (asking) asking.abort();
      const typed = input.value.trim();
      if (typed.length < FEWEST) {
        show([], "");
        return;
      }
      const mine = new AbortController();
      asking = mine;
      const url = new URL(finder.dataset.finder, location.href);
      url.searchParams.set("q", typed);
      try {
        const answer = await fetch(url, { signal: mine.signal });
        if (!answer.ok) throw new Error(answer.statusText);
        const { members } = await answer.json();
        show(members, members.length ? finder.dataset.some.replace("#", members.length) : finder.dataset.none);
      } catch {
        if (!mine.signal.aborted) show([], finder.dataset.failed);
      }
    };

    const choose = (number) => {
      const member = found[number];
      field("given_name").value = member.given_name;
      field("family_name").value = member.family_name;
      field("chamber").value = String(member.chamber_id);
      if (field("chamber").selectedIndex < 0) field("chamber").value = "";
      field("party").value = member.party;
      if (member.country) field("country").value = member.country;
      field("member").value = String(member.id);
      input.value = "";
      show([], `${member.name}. ${finder.dataset.filled}`);
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    input.addEventListener("blur", () => open(false));
    input.addEventListener("keydown", (event) => {
      const shown = !list.hidden;
      if (event.key === "Enter") {
        event.preventDefault(); // never sends the form from here
        if (shown && active >= 0) choose(active);
      } else if (event.key === "Escape") {
        if (shown) open(false);
        else input.value = "";
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
        event.preventDefault();
        if (!shown) open(true);
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark(active < 0 ? (step > 0 ? 0 : found.length - 1) : (active + step + found.length) % found.length);
      }
    });
    finder.hidden = false;
  };

  const finder = form.querySelector("[data-finder]");
  if (finder) findMembers(finder);

  // Whoever changes the name or the parliament means somebody else than the one who was picked.
  for (const name of ["given_name", "family_name", "chamber"]) {
    field(name).addEventListener("input", () => { field("member").value = ""; });
  }

  // --- the statement ------------------------------------------------------------------------------------------------

  const statement = field("statement");
  const left = form.querySelector("[data-left-shown]");
  const count = () => {
    const rest = Number(statement.dataset.limit) - [...statement.value.trim()].length;
    left.textContent = statement.dataset.left.replace("#", rest);
    left.classList.toggle("error", rest < 0);
    left.hidden = false;
  };
  statement.addEventListener("input", count);
  if (statement.value) count();

  // --- the photo ----------------------------------------------------------------------------------------------------

  const photo = field("photo");
  photo.addEventListener("change", () => {
    const [file] = photo.files;
    const large = file && file.size > Number(photo.dataset.most) * 1024 * 1024;
    form.querySelector("[data-photo-said]").textContent = large ? photo.dataset.tooLarge : "";
  });
})();
