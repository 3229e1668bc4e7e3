/* Keeps the note form and its parts in the phone, so that it opens in a stairwell. Nothing personal is kept: only the
   empty form. Answers of every other page go through untouched. */
"use strict";
var CACHE = "fq-round-1", FORM = "/round/new/";

self.addEventListener("install", function (event) {
  event.waitUntil(keepForm().catch(function () {}).then(function () { return self.skipWaiting(); }));
});
self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.map(function (name) { return name.indexOf("fq-round-") === 0 && name !== CACHE ? caches.delete(name) : null; }));
  }).then(function () { return self.clients.claim(); }));
});

function keepForm() {
  return fetch(FORM, { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
    if (!answer.ok || answer.redirected) throw new Error("no form");
    return answer.clone().text().then(function (text) {
      var parts = [], found, pattern = /(?:href|src)="(\/static\/[^"]+)"/g;
      while ((found = pattern.exec(text))) parts.push(found[1]);
      return caches.open(CACHE).then(function (cache) {
        return cache.put(FORM, answer).then(function () {
          return Promise.all(parts.map(function (part) { return cache.add(part).catch(function () {}); }));
        });
      });
    });
  });
}

self.addEventListener("fetch", function (event) {
  var request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.indexOf("/static/") === 0) {
    event.respondWith(fetch(request).catch(function () { return caches.match(request, { ignoreSearch: true }).then(function (kept) { return kept || Response.error(); }); }));
    return;
  }
  if (request.mode !== "navigate") return;
  event.respondWith(fetch(request).then(function (answer) {
    if (url.pathname === FORM && answer.ok && !answer.redirected) event.waitUntil(keepForm().catch(function () {}));
    return answer;
  }).catch(function () {
    return caches.match(FORM).then(function (kept) { return kept || Response.error(); });
  }));
});
