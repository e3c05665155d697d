// What pages do beside what HTML does by itself: drafts are kept while somebody writes, lists say that they have changed,
// and somebody who has been away is told before they are signed out. Everything works without it.
import { initAll } from "./govuk.js";

initAll();

// --- drafts ---------------------------------------------------------------------------------------------------------
const WAIT = 1500; // ms after the last key
for (const form of document.querySelectorAll("form[data-draft]")) {
  const note = form.querySelector("[data-draft-note]");
  let timer, changed = false, sending = false;
  const keep = async (leaving) => {
    clearTimeout(timer);
    if (!changed || sending) return;
    changed = false;
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch("/drafts", { method: "POST", body, keepalive: Boolean(leaving) });
      if (!answer.ok) throw new Error();
      used();
      const now = new Date();
      note.textContent = `Draft kept at ${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
    } catch {
      changed = true;
      note.textContent = "The draft could not be kept just now.";
    }
  };
  form.addEventListener("input", () => { changed = true; clearTimeout(timer); timer = setTimeout(keep, WAIT); });
  form.addEventListener("submit", () => { sending = true; clearTimeout(timer); });
  addEventListener("pagehide", () => keep(true));
  addEventListener("app:keep", () => keep());
}

// --- lists that change ------------------------------------------------------------------------------------------------
for (const list of document.querySelectorAll("[data-live]")) {
  const note = list.querySelector("[data-live-note]");
  let source, after = list.dataset.after;
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(`/live/${list.dataset.live}?after=${after}`);
    source.addEventListener("message", (event) => { after = event.data; note.hidden = false; });
  };
  const close = () => { source?.close(); source = undefined; };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  open();
}

// --- signed out after an hour ---------------------------------------------------------------------------------------
const IDLE = 60 * 60 * 1000, TOLD = 5 * 60 * 1000;
const dialog = document.getElementById("time-out");
const others = "BroadcastChannel" in window ? new BroadcastChannel("use") : null;
let last = Date.now(); // by the wall clock: a laptop that slept is told the truth
function used() {
  last = Date.now();
  others?.postMessage(last);
}
if (dialog) {
  const left = document.getElementById("time-out-left");
  others?.addEventListener("message", (event) => { last = Math.max(last, event.data); if (dialog.open) dialog.close(); });
  used();
  const stay = async () => {
    dialog.close();
    try {
      const answer = await fetch("/stay", { method: "POST", body: new URLSearchParams({ csrf: dialog.dataset.csrf }) });
      if (answer.ok) used();
    } catch { /* the dialog comes again */ }
  };
  document.getElementById("time-out-stay").addEventListener("click", stay);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
  setInterval(() => {
    const remaining = last + IDLE - Date.now();
    if (remaining > TOLD) return;
    const minutes = Math.max(0, Math.ceil(remaining / 60000));
    left.textContent = minutes ? `You will be signed out in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.` : "You have been signed out.";
    if (!dialog.open) { dispatchEvent(new Event("app:keep")); dialog.showModal(); }
  }, 15000);
}
