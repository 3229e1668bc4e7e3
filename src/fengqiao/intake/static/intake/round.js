/* Notes of the round without a network. Each note is written into the phone first, then sent; its id is made once, so a
   note sent twice is one note. Only the worker who wrote a note sends it. */
(function () {
  "use strict";
  var box = document.getElementById("kept");
  if (!box || !window.indexedDB) return;
  var actor = box.getAttribute("data-actor"), address = box.getAttribute("data-new");
  var words = document.getElementById("kept-words");
  function word(name) { var found = words && words.content.querySelector('[data-word="' + name + '"]'); return found ? found.textContent : ""; }
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(box.getAttribute("data-worker"), { scope: box.getAttribute("data-scope") }).catch(function () {});

  function open() {
    return new Promise(function (done, fail) {
      var asked = indexedDB.open("fq-round", 1);
      asked.onupgradeneeded = function () { asked.result.createObjectStore("notes", { keyPath: "id" }); };
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = function () { fail(asked.error); };
    });
  }
  function work(mode, deed) {
    return open().then(function (db) {
      return new Promise(function (done, fail) {
        var change = db.transaction("notes", mode), asked = deed(change.objectStore("notes"));
        change.oncomplete = function () { db.close(); done(asked && asked.result); };
        change.onerror = change.onabort = function () { db.close(); fail(change.error); };
      });
    });
  }
  function all() { return work("readonly", function (notes) { return notes.getAll(); }).then(function (found) { return (found || []).filter(function (one) { return one.actor === actor; }); }); }
  function put(note) { return work("readwrite", function (notes) { return notes.put(note); }); }
  function drop(id) { return work("readwrite", function (notes) { return notes.delete(id); }); }

  function show() {
    return all().then(function (found) {
      box.hidden = !found.length;
      var title = box.querySelector("[data-kept-title]"), list = box.querySelector("[data-kept-list]");
      title.textContent = word(navigator.onLine ? "waiting" : "offline").replace("{n}", found.length);
      list.textContent = "";
      found.forEach(function (note) {
        var line = document.createElement("li");
        line.setAttribute("data-note", note.id); line.setAttribute("data-state", note.state);
        line.textContent = (note.fields.text || "").slice(0, 24) + " · " + word(note.state === "wrong" ? "wrong" : note.state === "sending" ? "sending" : "kept");
        list.appendChild(line);
      });
      box.querySelector("[data-kept-send]").hidden = !navigator.onLine;
    });
  }

  function token() {
    return fetch(address, { credentials: "same-origin", cache: "no-store", headers: { "X-Fq-Fresh": "1" } }).then(function (answer) {
      if (!answer.ok || answer.redirected) throw new Error("signed out");
      return answer.text();
    }).then(function (text) {
      var found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-round] [name=csrfmiddlewaretoken]");
      if (!found) throw new Error("signed out");
      return found.value;
    });
  }
  function send(note, sign) {
    var body = new FormData();
    Object.keys(note.fields).forEach(function (name) { body.append(name, note.fields[name]); });
    body.set("csrfmiddlewaretoken", sign);
    (note.photos || []).forEach(function (photo) { body.append("photos", photo.blob, photo.name); });
    return fetch(address, { method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json" } }).then(function (answer) {
      if (answer.ok && !answer.redirected) return drop(note.id);
      if (answer.status === 422 || answer.status === 409) { note.state = "wrong"; return put(note); }
      throw new Error(String(answer.status));
    });
  }
  var busy = false;
  function sendAll() {
    if (busy || !navigator.onLine) return show();
    busy = true;
    return all().then(function (found) {
      found = found.filter(function (note) { return note.state !== "wrong"; });
      if (!found.length) return null;
      return token().then(function (sign) {
        return found.reduce(function (before, note) {
          return before.then(function () { return send(note, sign); });
        }, Promise.resolve());
      });
    }).catch(function () {}).then(function () { busy = false; return show(); });
  }

  function newId() {
    if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
    return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, function (c) { return (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16); });
  }
  function keep(form) {
    var fields = {}, photos = [];
    new FormData(form).forEach(function (value, name) {
      if (name === "csrfmiddlewaretoken") return;
      if (value instanceof File) { if (value.size) photos.push(value); } else fields[name] = value;
    });
    fields.client_id = newId();
    fields.noted_at = new Date().toISOString();
    return Promise.all(photos.map(function (file) {
      return file.arrayBuffer().then(function (bytes) { return { name: file.name, blob: new Blob([bytes], { type: file.type }) }; });
    })).then(function (kept) {
      return put({ id: fields.client_id, actor: actor, state: "kept", fields: fields, photos: kept });
    });
  }
  document.addEventListener("submit", function (event) {
    var form = event.target.closest("[data-round]");
    if (!form) return;
    event.preventDefault();
    keep(form).then(function () {
      form.reset();
      var live = document.getElementById("fq-live"); if (live) live.textContent = word("saved");
      return sendAll();
    }).then(all).then(function (left) {
      if (!left.length && navigator.onLine) location.href = box.getAttribute("data-scope");
    }, function () { form.removeAttribute("data-round"); form.submit(); });
  });
  function connection() {
    document.querySelectorAll("[data-online]").forEach(function (part) { part.hidden = !navigator.onLine; });
    if (navigator.onLine) sendAll(); else show();
  }
  box.querySelector("[data-kept-send]").addEventListener("click", function () {
    all().then(function (found) { return Promise.all(found.map(function (note) { note.state = "kept"; return put(note); })); }).then(sendAll);
  });
  addEventListener("online", connection); addEventListener("offline", connection);
  connection();
})();
