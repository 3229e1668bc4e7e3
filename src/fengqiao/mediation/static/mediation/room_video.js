/* Pictures for two to four, from browser to browser. The server passes on how to reach each other and sees no picture.
   A recording is made by the mediator's browser alone, second by second, while the server still says it may. */
(function () {
  "use strict";
  var room = document.querySelector("[data-room]"), on = document.getElementById("picture-on"), off = document.getElementById("picture-off");
  var pictures = document.getElementById("pictures");
  if (!room || !on || !pictures || !window.RTCPeerConnection || !navigator.mediaDevices) return;
  var me = room.dataset.me, ice = JSON.parse(room.dataset.ice || "[]"), own = null, peers = {}, MOST = 4;
  function token() { var field = document.querySelector("[name=csrfmiddlewaretoken]"); return field ? field.value : ""; }
  function post(to, kind, body) {
    var form = new FormData(); form.append("to", to); form.append("kind", kind); form.append("body", body ? JSON.stringify(body) : "");
    return fetch(room.dataset.signals, { method: "POST", body: form, headers: { "X-CSRFToken": token(), Accept: "application/json" }, credentials: "same-origin" });
  }

  /* ---------- what is seen ---------- */
  function show(key, stream) {
    var old = document.getElementById("picture-" + key), figure = old || document.createElement("figure"), video;
    if (!old) {
      figure.id = "picture-" + key; video = document.createElement("video"); video.autoplay = true; video.playsInline = true; video.muted = key === me;
      var name = document.createElement("figcaption"), words = pictures.dataset;
      name.textContent = key === me ? words.wordsOwn : key === "lead" ? words.wordsLead : words.wordsOther;
      video.setAttribute("aria-label", name.textContent); figure.appendChild(video); figure.appendChild(name); pictures.appendChild(figure);
    }
    video = figure.querySelector("video"); if (video.srcObject !== stream) video.srcObject = stream;
    pictures.hidden = false;
  }
  function hide(key) { var figure = document.getElementById("picture-" + key); if (figure) figure.remove(); }

  /* ---------- reaching each other: the offered picture of the politer side gives way ---------- */
  function peer(key) {
    if (peers[key]) return peers[key];
    if (Object.keys(peers).length >= MOST - 1) return null;
    var link = new RTCPeerConnection({ iceServers: ice }), one = { link: link, isOffering: false, waiting: [], isPolite: me > key };
    peers[key] = one;
    own.getTracks().forEach(function (track) { link.addTrack(track, own); });
    link.onicecandidate = function (event) { if (event.candidate) post(key, "candidate", event.candidate.toJSON()); };
    link.ontrack = function (event) { one.stream = event.streams[0]; show(key, one.stream); record(); };
    link.onconnectionstatechange = function () { if (link.connectionState === "failed" || link.connectionState === "closed") drop(key); };
    return one;
  }
  function drop(key) { var one = peers[key]; if (!one) return; delete peers[key]; one.link.close(); stopTrack(key); hide(key); }
  async function offer(key) {
    var one = peer(key); if (!one) return;
    one.isOffering = true;
    try { await one.link.setLocalDescription(); await post(key, "offer", one.link.localDescription); } finally { one.isOffering = false; }
  }
  async function take(key, kind, body) {
    if (kind === "leave") { drop(key); return; }
    if (!own) return;
    if (kind === "join") { drop(key); await offer(key); return; }
    var one = peer(key); if (!one) return;
    if (kind === "candidate") {
      if (one.link.remoteDescription) await one.link.addIceCandidate(body).catch(function () {}); else one.waiting.push(body);
      return;
    }
    var collides = kind === "offer" && (one.isOffering || one.link.signalingState !== "stable");
    if (collides && !one.isPolite) return;
    await one.link.setRemoteDescription(body);
    for (var n = 0; n < one.waiting.length; n += 1) await one.link.addIceCandidate(one.waiting[n]).catch(function () {});
    one.waiting = [];
    if (kind === "offer") { await one.link.setLocalDescription(); await post(key, "answer", one.link.localDescription); }
  }
  var fetching = false, more = false, chain = Promise.resolve();
  function fetchSignals() {
    if (fetching) { more = true; return; }
    fetching = true;
    fetch(room.dataset.signals, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (answer) { if (!answer.ok || answer.redirected) throw new Error(answer.status); return answer.json(); })
      .then(function (found) {
        found.signals.forEach(function (signal) {
          chain = chain.then(function () { return take(signal.from, signal.kind, signal.body ? JSON.parse(signal.body) : null); }).catch(function () {});
        });
      }).catch(function () {}).then(function () { fetching = false; if (more) { more = false; fetchSignals(); } });
  }
  document.addEventListener("room:signal", function () { if (own) fetchSignals(); });

  /* ---------- recording: the mediator's browser, a second at a time ---------- */
  var recorders = {}, uid = "";
  function mark() { var found = document.querySelector("[data-recording]"); return found ? found.dataset.recording : ""; }
  function record() {
    var now = me === "lead" && own ? mark() : "";
    if (now !== uid) { Object.keys(recorders).forEach(stopTrack); uid = now; }
    if (!uid || !window.MediaRecorder) return;
    startTrack(me, own);
    Object.keys(peers).forEach(function (key) { if (peers[key].stream) startTrack(key, peers[key].stream); });
  }
  function startTrack(key, stream) {
    if (recorders[key]) return;
    var n = Number(sessionStorage.getItem("piece:" + uid + key)) || 0, track = key + "-v", address = room.dataset.piece + uid + "/" + track + "/", queue = Promise.resolve();
    var recorder = new MediaRecorder(stream, { mimeType: "video/webm" }), is = uid;
    recorders[key] = recorder;
    recorder.ondataavailable = function (event) {
      if (!event.data.size || is !== uid || recorder.isOver) return;
      var mine = n; n += 1; sessionStorage.setItem("piece:" + is + key, String(n));
      queue = queue.then(function () {
        if (recorder.isOver) return null;
        return fetch(address + mine + "/", { method: "POST", body: event.data, headers: { "X-CSRFToken": token(), "Content-Type": "application/octet-stream", Accept: "application/json" }, credentials: "same-origin" })
          .then(function (answer) { if (!answer.ok || answer.redirected) stopTrack(key); });
      }).catch(function () {});
    };
    recorder.start(1000);
  }
  function stopTrack(key) { var one = recorders[key]; if (!one) return; one.isOver = true; delete recorders[key]; if (one.state !== "inactive") one.stop(); }
  document.addEventListener("room:state", record);

  /* ---------- on and off ---------- */
  function leave() {
    if (!own) return;
    Object.keys(peers).forEach(drop); Object.keys(recorders).forEach(stopTrack);
    own.getTracks().forEach(function (track) { track.stop(); }); own = null; hide(me);
    pictures.hidden = !pictures.children.length; on.hidden = false; off.hidden = true;
    post("", "leave");
  }
  on.addEventListener("click", function () {
    on.disabled = true;
    navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 }, audio: true }).then(function (stream) {
      own = stream; show(me, stream); on.hidden = true; off.hidden = false; record(); fetchSignals(); return post("", "join");
    }).catch(function () {
      var note = document.createElement("p"); note.className = "fq-meta"; note.setAttribute("role", "alert"); note.textContent = pictures.dataset.wordsFailed;
      pictures.hidden = false; pictures.appendChild(note);
    }).then(function () { on.disabled = false; });
  });
  off.addEventListener("click", leave);
  addEventListener("pagehide", leave);
  on.hidden = false;
})();
