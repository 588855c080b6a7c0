"use strict";
// The fields that search while one types have no name while they are empty: give each that of its label.

function nameChoosers() {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const shown = document.getElementById(`select2-${select.id}-container`);
    const label = document.querySelector(`label[for="${select.id}"]`);
    if (shown && label) {
      shown.setAttribute("aria-label", label.textContent.trim());
    }
  }
}

// They are made at moments of their own, and again for each row that is added.
new MutationObserver(nameChoosers).observe(document, { childList: true, subtree: true });
window.addEventListener("load", nameChoosers);
