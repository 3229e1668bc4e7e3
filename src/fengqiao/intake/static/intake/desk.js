/* The front desk beyond plain links: the selected row beside the list, keys 1–4 step through a suggestion. */
(function () {
  "use strict";
  var wide = window.matchMedia("(min-width: 992px)");
  var asked = "";
  function choose(link) {
    if (!window.htmx || !wide.matches) return false;
    var url = link.getAttribute("data-aside");
    document.querySelectorAll(".fq-queue tr[aria-selected]").forEach(function (row) {
      row.setAttribute("aria-selected", row.contains(link) ? "true" : "false");
    });
    if (asked !== url) { asked = url; window.htmx.ajax("GET", url, { target: "#chosen", swap: "innerHTML" }); }
    return true;
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-aside]");
    if (link && !event.ctrlKey && !event.metaKey && event.button === 0 && choose(link)) event.preventDefault();
  });
  /* J and K move the focus along the links: the row that has it is the selected one. */
  var waiting;
  document.addEventListener("focusin", function (event) {
    var link = event.target.closest && event.target.closest("a[data-aside]");
    if (!link) return;
    clearTimeout(waiting);
    waiting = setTimeout(function () { choose(link); }, 150);
  });
  document.addEventListener("keydown", function (event) {
    var link = event.target.closest && event.target.closest("a[data-aside]");
    var deed = document.querySelector("#chosen [data-key=enter]");
    if (event.key !== "Enter" || !link || !deed || document.body.getAttribute("data-keys") === "off") return;
    if (link.closest("tr").getAttribute("aria-selected") === "true") { event.preventDefault(); event.stopPropagation(); deed.click(); }
  }, true);
  document.addEventListener("click", function (event) {
    var name = event.target.closest("[data-cycle]");
    if (!name) return;
    var all = Array.prototype.slice.call(name.closest(".fq-guess").querySelectorAll("input[type=radio]"));
    if (!all.length) return;
    var now = all.findIndex(function (one) { return one.checked; });
    var next = all[(now + 1) % all.length];
    next.checked = true; next.focus();
  });
})();
