// Exchange the page's <main> every 5 s, and say loudly when that fails: an old page looks like a
// quiet network. DOMParser runs no script of what it parses.
"use strict";

const EVERY_MS = 5000;
const GIVE_UP_MS = 4000;
const lost = document.getElementById("lost");
let refreshed = performance.now();

function words(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function grow() {
  const age = document.getElementById("age");
  const since = Math.floor((performance.now() - refreshed) / 1000);
  if (age && age.dataset.age !== "") age.textContent = words(Number(age.dataset.age) + since);
  lost.hidden = since < 12;
  if (since >= 12) {
    lost.textContent = `No answer from netmon for ${words(since)}. This page shows the past.`;
  }
  document.body.classList.toggle("past", since >= 12);
}

async function refresh() {
  try {
    const response = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(GIVE_UP_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("main");
    if (!fresh) throw new Error("not our page");
    const table = document.querySelector(".scroll");
    const left = table ? table.scrollLeft : 0;
    document.title = page.title;
    document.querySelector("main").replaceWith(document.adoptNode(fresh));
    const again = document.querySelector(".scroll");
    if (again) again.scrollLeft = left;
    refreshed = performance.now();
  } catch {
    // said by grow()
  }
  grow();
}

async function forever() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    await refresh();
  }
}

setInterval(grow, 1000);
forever();
