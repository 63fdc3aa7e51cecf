// A job's page follows the job: it asks how far it is, less often while nothing moves, and opens anew when it is over.

const FIRST = 1000;
const LONGEST = 10000;

const box = document.querySelector("[data-job]");
const part = (name) => box.querySelector(`[data-${name}]`);
let wait = FIRST;
let before = "";

function show(state) {
  const bar = part("bar");
  part("label").textContent = state.label;
  part("elapsed").textContent = state.elapsed;
  part("count").textContent = state.count;
  if (part("words").textContent !== state.words) part("words").textContent = state.words;
  if (state.total) {
    bar.max = state.total;
    bar.value = state.done;
  } else {
    bar.removeAttribute("value");
  }
}

async function look() {
  try {
    const reply = await fetch(box.dataset.job, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!reply.ok) throw new Error(String(reply.status));
    const state = await reply.json();
    if (!state.pending) {
      window.location.reload();
      return;
    }
    show(state);
    const now = `${state.state} ${state.done} ${state.words}`;
    wait = now === before ? Math.min(wait * 1.4, LONGEST) : FIRST;
    before = now;
  } catch {
    wait = LONGEST;
  }
  setTimeout(look, wait);
}

if (box) setTimeout(look, wait);
