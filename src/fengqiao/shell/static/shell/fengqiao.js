/* Fengqiao 枫桥: what pages can do beyond plain HTML. Everything here is an improvement; every page works without it.
   No inline style, no eval, no words of our own: texts come from <template id="fq-words"> in the page's language. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.setAttribute("data-js", "");
  function $(selector, from) { return (from || document).querySelector(selector); }
  function word(name) {
    var words = document.getElementById("fq-words");
    return words ? words.content.querySelector('[data-word="' + name + '"]') : null;
  }
  function say(text) { var live = document.getElementById("fq-live"); if (live) { live.textContent = ""; setTimeout(function () { live.textContent = text; }, 30); } }
  function focus(el) { if (!el) return; if (!el.hasAttribute("tabindex") && !/^(A|BUTTON|INPUT|SELECT|TEXTAREA)$/.test(el.tagName)) el.setAttribute("tabindex", "-1"); el.focus({ preventScroll: false }); }

  /* ---------- small buttons ---------- */
  var deeds = {
    back: function () { if (history.length > 1) history.back(); else location.href = "/"; },
    reload: function () { location.reload(); },
    print: function () { window.print(); },
    close: function (el) { var box = el.closest(".fq-keys, .fq-answer"); if (box) box.remove(); },
    /* Quick exit: the page and its place in the history give way to a neutral one. */
    exit: function (el) { document.body.hidden = true; location.replace(el.getAttribute("href") || "/"); }
  };
  document.addEventListener("click", function (event) {
    var el = event.target.closest("[data-fq]"), deed = el && deeds[el.getAttribute("data-fq")];
    if (deed) { event.preventDefault(); deed(el); }
  });

  /* ---------- forms: the pressed button says what happens, and cannot be pressed twice ---------- */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-fq-again")) return;
    if (form.getAttribute("data-sent")) { event.preventDefault(); return; }
    form.setAttribute("data-sent", "1");
    var button = event.submitter;
    setTimeout(function () { if (button && form.getAttribute("data-sent")) { button.setAttribute("aria-busy", "true"); var busy = button.getAttribute("data-busy"); if (busy) button.textContent = busy; say((word("working") || {}).textContent || ""); } }, 400);
  });
  addEventListener("pageshow", function () { document.querySelectorAll("form[data-sent]").forEach(function (form) { form.removeAttribute("data-sent"); }); });

  /* ---------- htmx: token, focus, answers at the place of the deed ---------- */
  function answerAt(el, markup) {
    var host = (el && el.closest("[data-answers], form, .card-body, .fq-resbox, td")) || document.getElementById("answers") || document.getElementById("main");
    var old = host.querySelector(":scope > .fq-answer"); if (old) old.remove();
    var box = document.createElement("div"); box.className = "fq-answer";
    if (typeof markup === "string") box.innerHTML = markup; else if (markup) Array.prototype.forEach.call(markup.childNodes, function (node) { box.appendChild(node.cloneNode(true)); });
    host.insertBefore(box, host.firstChild);
    focus(box.querySelector("[tabindex], .fq-note") || box);
    box.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:configRequest", function (event) {
    var token = $("[name=csrfmiddlewaretoken]", event.detail.elt.closest("form") || document) || $("[name=csrfmiddlewaretoken]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status;
    if (status < 400 || status === 422) return;
    event.detail.shouldSwap = false; event.detail.isError = false;
    var type = event.detail.xhr.getResponseHeader("Content-Type") || "";
    var text = event.detail.xhr.responseText || "";
    answerAt(event.detail.requestConfig.elt, type.indexOf("text/html") === 0 && text.indexOf("<!doctype") !== 0 ? text : word("failed"));
  });
  document.addEventListener("htmx:sendError", function (event) { answerAt(event.detail.requestConfig.elt, word("offline")); });
  document.addEventListener("htmx:timeout", function (event) { answerAt(event.detail.requestConfig.elt, word("offline")); });
  document.addEventListener("htmx:afterRequest", function (event) { var form = event.detail.elt.closest && event.detail.elt.closest("form[data-sent]"); if (form) form.removeAttribute("data-sent"); });
  document.addEventListener("htmx:afterSettle", function (event) {
    var place = event.detail.elt; charts(place);
    var verb = event.detail.requestConfig && event.detail.requestConfig.verb;
    if (!verb || (verb === "get" && !place.hasAttribute("data-focus"))) return;
    var problem = "[data-fq-summary], [aria-invalid=true]";
    var wrong = place.matches(problem) ? place : place.querySelector(problem);
    focus(wrong || place.querySelector("[data-focus], h1, h2, h3") || place);
    var isDone = !wrong && verb !== "get" && event.detail.xhr.status < 400;
    say(place.getAttribute("data-said") || (isDone && (word("done") || {}).textContent) || "");
  });

  /* On a phone the filters of a list begin folded, unless one is at work. */
  if (window.matchMedia("(max-width: 599.98px)").matches) document.querySelectorAll(".fq-fold:not([data-keep])").forEach(function (box) { box.removeAttribute("open"); });

  /* After a full load with errors, the summary comes first. */
  focus($("[data-fq-summary]"));

  /* ---------- keys: J K Enter N / ? ---------- */
  var keysOff = document.body.getAttribute("data-keys") === "off";
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-keyrows] tbody tr, [data-keyrows] [data-row]")); }
  function step(by) {
    var all = rows(); if (!all.length) return;
    var now = all.findIndex(function (row) { return row.getAttribute("aria-selected") === "true" || row.hasAttribute("data-here"); });
    var next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by))];
    all.forEach(function (row) { row.removeAttribute("data-here"); if (row.hasAttribute("aria-selected")) row.setAttribute("aria-selected", row === next ? "true" : "false"); });
    next.setAttribute("data-here", "");
    var link = next.querySelector("a"); if (link) link.focus(); next.scrollIntoView({ block: "nearest" });
  }
  function help() {
    var old = $(".fq-keys"); if (old) { old.remove(); return; }
    var from = word("keys"); if (!from) return;
    var box = document.createElement("div"); box.className = "fq-keys";
    Array.prototype.forEach.call(from.childNodes, function (node) { box.appendChild(node.cloneNode(true)); });
    document.body.appendChild(box); focus(box.querySelector("button"));
  }
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { var open = $(".fq-keys"); if (open) open.remove(); return; }
    if (keysOff || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]")) return;
    var key = event.key.toLowerCase(), target;
    if (key === "j") step(1); else if (key === "k") step(-1);
    else if (key === "n" && (target = $("[data-key=n]"))) target.click();
    else if (key === "/" && (target = $("[role=search] input"))) target.focus();
    else if (key === "?") help();
    else if (/^[1-4]$/.test(key) && (target = $("[data-key='" + key + "']"))) target.click();
    else if (key === "enter" && event.target === document.body && (target = $("[data-key=enter]"))) target.click();
    else return;
    event.preventDefault();
  });

  /* ---------- live counts: rows never jump under the pointer ---------- */
  document.querySelectorAll("[data-live]").forEach(function (el) {
    if (!window.EventSource) return;
    var source = new EventSource(el.getAttribute("data-live"), { withCredentials: true }), seen = 0;
    source.addEventListener(el.getAttribute("data-live-event") || "new", function (event) {
      seen += Number(event.data) || 1;
      var text = (word("new") || {}).textContent || ""; el.textContent = text.replace("{n}", seen); el.hidden = false; say(el.textContent);
    });
    addEventListener("pagehide", function () { source.close(); });
  });

  /* ---------- connection ---------- */
  function connection() {
    var main = document.getElementById("main"), note = document.getElementById("fq-offline-note");
    if (navigator.onLine) { if (note) note.remove(); return; }
    var from = word("offline"); if (note || !from || !main) return;
    note = document.createElement("div"); note.id = "fq-offline-note"; note.className = "mb-3";
    Array.prototype.forEach.call(from.childNodes, function (node) { note.appendChild(node.cloneNode(true)); });
    main.insertBefore(note, main.firstChild);
  }
  addEventListener("online", connection); addEventListener("offline", connection);
  if (navigator.onLine === false) connection();

  /* ---------- acceptance form and the like: the button repeats the choice ---------- */
  document.addEventListener("change", function (event) {
    var input = event.target, form = input.form, text = input.getAttribute && input.getAttribute("data-deed");
    var button = form && text && form.querySelector("[data-deed-button]");
    if (button) button.textContent = text;
    if (form && form.hasAttribute("data-submit-on-change")) form.requestSubmit();
  });


  /* ---------- charts from json_script blocks ----------
     <div class="fq-chart" data-chart="line|bar|burst|xmr" data-from="id-of-json"></div>
     {"x": […], "series": [{"name": …, "y": […], "kind": "main|usual|limit|rest"}], "min":, "max":, "marks": […]}
     Tooltips are rich text: ECharts' HTML tooltip writes style attributes, which the policy forbids. */
  function token(name) { return getComputedStyle(root).getPropertyValue("--fq-" + name).trim(); }
  function charts(place) {
    if (!window.echarts) return;
    (place || document).querySelectorAll("[data-chart]").forEach(function (el) {
      var data = document.getElementById(el.getAttribute("data-from")); if (!data || el.getAttribute("data-drawn")) return;
      el.setAttribute("data-drawn", "1");
      var chart = window.echarts.init(el, null, { renderer: "canvas" });
      chart.setOption(option(el.getAttribute("data-chart"), JSON.parse(data.textContent)));
      addEventListener("resize", function () { chart.resize(); });
    });
  }
  function option(kind, d) {
    var size = parseFloat(getComputedStyle(root).fontSize) * 0.8125, narrow = innerWidth < 600;
    var axis = { axisLine: { lineStyle: { color: token("line-strong") } }, axisTick: { show: false }, axisLabel: { color: token("ink-3"), fontSize: size }, splitLine: { lineStyle: { color: token("line") } } };
    var looks = { main: [token("primary"), "solid", 2.5], usual: [token("ink-3"), "solid", 1.5], limit: [token("today"), "dashed", 2], rest: ["#8a979e", "solid", 2], second: ["#9a5b12", "dashed", 2], third: ["#6a4c93", "dotted", 2] };
    var series = (d.series || []).map(function (s, k) {
      var look = looks[s.kind] || looks[["main", "second", "third", "rest"][k % 4]], isBar = kind === "bar" && !/usual|limit/.test(s.kind || "");
      return { name: s.name, type: isBar ? "bar" : "line", step: s.kind === "limit" && kind === "bar" ? "middle" : false, barMaxWidth: 36, symbol: isBar ? undefined : (kind === "xmr" && s.kind === "main" ? "circle" : "none"), itemStyle: { color: look[0] }, lineStyle: { color: look[0], type: look[1], width: look[2] },
        data: s.y.map(function (v, i) { var mark = (d.marks || []).indexOf(i) >= 0 && (s.kind || "main") === "main"; return mark ? { value: v, symbol: "diamond", symbolSize: narrow ? 10 : 13, label: { show: true, position: "top", color: token("ink"), fontWeight: 600, fontSize: size } } : v; }) };
    });
    return { animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size, color: token("ink-2") }, aria: { enabled: true, decal: { show: false } }, grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true }, tooltip: { trigger: "axis", renderMode: "richText", confine: true },
      legend: { top: 0, left: 0, itemWidth: 18, itemHeight: 8, textStyle: { fontSize: size, color: token("ink-2") } },
      xAxis: Object.assign({ type: "category", data: d.x, boundaryGap: kind === "bar" }, axis), yAxis: Object.assign({ type: "value", min: d.min, max: d.max, minInterval: d.whole ? 1 : undefined }, axis), series: series };
  }
  document.addEventListener("DOMContentLoaded", function () { charts(document); });  // after ECharts, which loads later
})();
