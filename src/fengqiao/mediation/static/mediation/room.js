/* The mediation room: lines as they come, each sent once. Without this file the page works by plain posts and reload.
   The stream only says that something changed; what it was is asked for under the reader's own scope. */
(function () {
  "use strict";
  var room = document.querySelector("[data-room]");
  var file = document.getElementById("room-file");
  if (file) file.addEventListener("change", function () {
    document.getElementById("room-filename").textContent = file.files[0] ? file.files[0].name : "";
  });
  if (!room || !window.fetch || !window.EventSource) return;

  var log = document.getElementById("room-log"), form = document.getElementById("room-write");
  var channel = room.dataset.channel, last = Number(room.dataset.last) || 0;
  var box = form && form.elements.text, wait = document.getElementById("room-wait");
  var store = "room:" + location.pathname;
  function token() { var field = document.querySelector("[name=csrfmiddlewaretoken]"); return field ? field.value : ""; }
  function remember(name, value) { try { if (value) sessionStorage.setItem(store + name, value); else sessionStorage.removeItem(store + name); } catch (error) { /* a private window */ } }
  function recall(name) { try { return sessionStorage.getItem(store + name) || ""; } catch (error) { return ""; } }
  function uuid() {
    if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
    var octets = crypto.getRandomValues(new Uint8Array(16)); octets[6] = octets[6] & 15 | 64; octets[8] = octets[8] & 63 | 128;
    return Array.prototype.map.call(octets, function (one, n) { return ([4, 6, 8, 10].indexOf(n) >= 0 ? "-" : "") + (one + 256).toString(16).slice(1); }).join("");
  }

  /* ---------- lines ---------- */
  function toEnd() { log.scrollTop = log.scrollHeight; if (log.scrollHeight <= log.clientHeight + 1 && innerWidth < 992) scrollTo(0, document.body.scrollHeight); }
  function add(lines) {
    var wasAtEnd = log.scrollTop + log.clientHeight > log.scrollHeight - 80;
    lines.forEach(function (line) {
      if (line.n <= last) return;
      var nothing = log.querySelector("[data-nothing]"); if (nothing) nothing.remove();
      if (line.key) { var mine = log.querySelector('[data-key="' + line.key + '"]'); if (mine) mine.remove(); }
      log.insertAdjacentHTML("beforeend", line.html); last = line.n;
    });
    if (lines.length && wasAtEnd) toEnd();
  }
  var asking = false, again = false;
  function look() {
    if (asking) { again = true; return; }
    asking = true;
    fetch(room.dataset.lines + "?after=" + last, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (answer) { if (answer.redirected || !answer.ok) throw new Error(answer.status); return answer.json(); })
      .then(function (found) { add(found.lines); })
      .catch(function () { /* the stream or the next look tries again */ })
      .then(function () { asking = false; if (again) { again = false; look(); } });
  }

  /* ---------- what lies beside the talk ---------- */
  var timer = 0;
  function isBusy(part) { var at = document.activeElement; return at && part.contains(at) && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && at.value; }
  function refresh() { clearTimeout(timer); timer = setTimeout(panels, 60); }
  function panels() {
    fetch(room.dataset.state, { credentials: "same-origin" })
      .then(function (answer) { if (answer.redirected || !answer.ok) throw new Error(answer.status); return answer.text(); })
      .then(function (markup) {
        var fresh = new DOMParser().parseFromString(markup, "text/html");
        document.querySelectorAll("[data-part]").forEach(function (part) {
          var next = fresh.querySelector('[data-part="' + part.dataset.part + '"]');
          if (next && !isBusy(part)) { part.innerHTML = next.innerHTML; }
        });
        count();
        document.dispatchEvent(new CustomEvent("room:state"));
        if (fresh.querySelector('[data-part="ended"]') && form) location.reload();
      }).catch(function () { /* next time */ });
  }
  /* New lines in the other talks, counted since this page was opened. */
  var seen = {};
  function count() {
    document.querySelectorAll("[data-talk]").forEach(function (link) {
      var name = link.dataset.talk, mark = link.querySelector("b"), now = Number(link.dataset.talkLast) || 0;
      if (!(name in seen)) seen[name] = Number(recall(name)) || now;
      if (name === channel) { remember(name, String(now)); return; }
      mark.textContent = now > seen[name] ? now - seen[name] : ""; mark.hidden = now <= seen[name];
    });
  }
  count();

  /* ---------- sending: once, even when the answer is lost ---------- */
  var waiting = [];
  try { waiting = JSON.parse(recall("out") || "[]"); } catch (error) { waiting = []; }
  var sending = false;
  function keep() { remember("out", waiting.length ? JSON.stringify(waiting) : ""); if (wait) wait.hidden = !waiting.some(function (one) { return one.failed; }); }
  function show(one) {
    var line = document.createElement("p"); line.className = "fq-said fq-waits"; line.dataset.key = one.key; line.textContent = one.text;
    log.appendChild(line); toEnd();
  }
  function send() {
    if (sending || !waiting.length) return;
    sending = true;
    var one = waiting[0], body = new FormData();
    body.append("text", one.text); body.append("client_id", one.key); body.append("after", last);
    fetch(location.pathname, { method: "POST", body: body, headers: { Accept: "application/json", "X-CSRFToken": token() }, credentials: "same-origin" })
      .then(function (answer) {
        if (answer.status >= 500) throw new Error(answer.status);
        waiting.shift(); sending = false; keep();
        if (!answer.ok || answer.redirected) {
          var mine = log.querySelector('[data-key="' + one.key + '"]'); if (mine) mine.remove();
          if (box && !box.value) box.value = one.text;
          location.reload(); return null;
        }
        return answer.json().then(function (found) { add(found.lines); send(); });
      })
      .catch(function () { sending = false; one.failed = true; keep(); setTimeout(send, 1500); });
  }
  if (form) {
    box.value = box.value || recall("draft");
    box.addEventListener("input", function () { remember("draft", box.value); });
    box.addEventListener("keydown", function (event) { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); } });
    form.addEventListener("submit", function (event) {
      if (file && file.files.length) { remember("draft", ""); return; }
      event.preventDefault();
      var text = box.value.trim(); if (!text) { box.focus(); return; }
      var one = { key: uuid(), text: text }; waiting.push(one); keep(); show(one);
      box.value = ""; remember("draft", ""); box.focus(); send();
    });
    waiting.forEach(show); keep(); send();
  }
  addEventListener("online", function () { send(); look(); });

  /* ---------- the stream ---------- */
  var source = null, tries = 0;
  function listen() {
    source = new EventSource(room.dataset.live, { withCredentials: true });
    source.addEventListener("look", function () { tries = 0; look(); refresh(); send(); document.dispatchEvent(new CustomEvent("room:signal")); });
    source.addEventListener("line", function (event) {
      var news = JSON.parse(event.data);
      if (news.channel === channel) { if (news.n > last) look(); } else refresh();
    });
    source.addEventListener("state", refresh);
    source.addEventListener("alert", refresh);
    source.addEventListener("recording", function () { panels(); });
    source.addEventListener("signal", function () { document.dispatchEvent(new CustomEvent("room:signal")); });
    source.onerror = function () {
      if (source.readyState !== 2) return; /* the browser tries again by itself */
      source.close(); tries += 1; setTimeout(listen, Math.min(1000 * tries, 5000)); look();
    };
  }
  listen();
  /* Where no stream gets through (a proxy, an old network), the page looks by itself. */
  var turns = 0;
  setInterval(function () {
    if (document.hidden || (source && source.readyState === 1)) return;
    turns += 1; look(); send(); document.dispatchEvent(new CustomEvent("room:signal"));
    if (turns % 2 === 0) refresh();
  }, 2000);
  addEventListener("pagehide", function () { if (source) source.close(); });
  addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
  toEnd();
})();
