// Sends what is clicked or typed to the kernel, and puts the HTML that it answers into its place.
// The HTML is made, and others' texts in it escaped, by Python: see base_view.py and html.py.

const KEPT_OPEN = "details[data-key]";

/** Draw all of it again, with the same details open and the same control in focus. */
function draw(el, html) {
  const open = new Set(
    [...el.querySelectorAll(`${KEPT_OPEN}[open]`)].map((one) => one.dataset.key),
  );
  const focused = el.contains(document.activeElement) ? document.activeElement.dataset : null;
  el.innerHTML = html;
  for (const one of el.querySelectorAll(KEPT_OPEN)) {
    if (open.has(one.dataset.key)) one.open = true;
  }
  if (focused?.act) control(el, focused)?.focus();
}

function control(el, { act, value }) {
  return [...el.querySelectorAll("[data-act]")].find(
    (one) => one.dataset.act === act && one.dataset.value === value,
  );
}

/** Mark the one of several alike buttons that was pressed last. */
function press(el, button) {
  for (const one of el.querySelectorAll("button[aria-pressed]")) {
    if (one.dataset.act === button.dataset.act) one.setAttribute("aria-pressed", one === button);
  }
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.dataset.copied = "yes";
  setTimeout(() => delete button.dataset.copied, 1500);
}

function render({ model, el }) {
  const redraw = () => draw(el, model.get("html"));
  const answered = ({ slots }) => {
    for (const [name, html] of Object.entries(slots ?? {})) {
      const slot = el.querySelector(`[data-slot="${name}"]`);
      if (slot) slot.innerHTML = html;
    }
  };
  const clicked = (event) => {
    const button = event.target.closest("button");
    if (!button || !el.contains(button)) return;
    if (button.dataset.copy !== undefined) copy(button);
    if (button.dataset.act) {
      press(el, button);
      model.send({ act: button.dataset.act, value: button.dataset.value ?? "" });
    }
  };
  const typed = (event) => {
    const input = event.target.closest("input[data-act], select[data-act]");
    if (input) model.send({ act: input.dataset.act, value: input.value });
  };
  // JupyterLab would take some keys typed here as commands for the cell.
  const kept = (event) => {
    if (event.target.closest("input, select, button, summary")) event.stopPropagation();
  };

  redraw();
  model.on("change:html", redraw);
  model.on("msg:custom", answered);
  el.addEventListener("click", clicked);
  el.addEventListener("input", typed);
  el.addEventListener("keydown", kept);
  return () => {
    model.off("change:html", redraw);
    model.off("msg:custom", answered);
    el.removeEventListener("click", clicked);
    el.removeEventListener("input", typed);
    el.removeEventListener("keydown", kept);
  };
}

export default { render };
