"use strict";
(() => {
  const say = document.getElementById("say");

  // Commands are copied with a button, or selected where copying is not allowed.
  for (const block of document.querySelectorAll(".commands")) {
    const pre = block.querySelector("pre");
    const button = document.createElement("button");
    const first = pre.textContent.split("\n")[0];
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy: " + first);
    button.addEventListener("click", async () => {
      let done = "Copied";
      try {
        await navigator.clipboard.writeText(pre.textContent);
      } catch {
        const range = document.createRange();
        range.selectNodeContents(pre);
        const selection = getSelection();
        selection.removeAllRanges();
        selection.addRange(range);
        done = "Selected";
      }
      button.textContent = done;
      if (say) say.textContent = done + ": " + first;
      setTimeout(() => {
        button.textContent = "Copy";
        if (say) say.textContent = "";
      }, 2000);
    });
    block.append(button);
  }

  // The filter narrows what is there; without a script everything is.
  const form = document.getElementById("filter");
  if (!form) return;
  const input = form.querySelector("input[type=search]");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const shown = document.getElementById("shown");
  // A finding stands in the list by rule, which is counted, and in that by file.
  const groups = [...document.querySelectorAll("[data-group]")].map((element) => ({
    element,
    counted: "count" in element.dataset,
    fold: element.querySelector("details.more"),
    items: [...element.querySelectorAll("[data-item]")].map((item) => ({
      element: item,
      severity: item.dataset.severity,
      text: (element.dataset.group + " " + item.dataset.item).toLowerCase(),
    })),
  }));
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const on = boxes.filter((box) => box.checked).map((box) => box.value);
    let visible = 0;
    let all = 0;
    for (const group of groups) {
      let any = 0;
      for (const item of group.items) {
        const fits = on.includes(item.severity) && words.every((word) => item.text.includes(word));
        item.element.hidden = !fits;
        any += fits;
      }
      group.element.hidden = any === 0;
      if (group.fold && words.length > 0) group.fold.open = true;
      if (group.counted) {
        visible += any;
        all += group.items.length;
      }
    }
    shown.textContent = visible === all ? `All ${all} findings are shown.` : `${visible} of ${all} findings are shown.`;
  };
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 120);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  // A link to a finding that is filtered away brings it back.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.closest("[hidden]")) return;
    form.reset();
    apply();
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  form.hidden = false;
  apply();
})();
