// Checks a proof file in the browser itself: nothing is sent anywhere, and a saved copy of the page works alone.
// Formats: C2SP tlog-proof, tlog-checkpoint, signed-note, tlog-cosignature, tlog-policy; RFC 6962 with SHA-256.
"use strict";

const WORDS = {
  zh: {
    agrees: "一致", differs: "不一致", unreadable: "读不了这个文件",
    before: (when, signed, all, names) => `${when}（北京时间）前已存在；${all}家见证方中${signed}家已签：${names}。`,
    alone: "只有日志自己的签名，没有外部见证：能发现改动，不能证明时间。",
    log: "检查点上没有这份日志的有效签名。", witnesses: "见证方的签名不够，或有一个是假的。",
    leaf: "这一条不在日志里，或者被改过。", record: "内容和当时存下的不一样。", file: "文件和当时存下的不一样。",
    format: "这不是我们的证明文件，或者它被改动过。", crypto: "这个浏览器在这里不能验证。请把本页存到手机或电脑上再打开，或换一个新一点的浏览器。",
    proven: "证明了", provenText: "这一条在日志里，之后一个字也没有改过。", provenFile: (name) => `文件“${name}”就是当时那一份。`,
    not: "没有证明", notText: "内容说的是不是真的、谁说的对。是否采信由法院或仲裁机构认定。",
    gone: "文件里没有原文：只证明曾有这一项。", words: "当时存下的内容", number: "编号", at: "发生时间", said: "原话", files: "文件",
    place: (index, size) => `第${index + 1}条，共${size}条`, log_name: "日志", raw: "原始记录（机器格式）", checking: "正在核对…",
  },
  en: {
    agrees: "It agrees", differs: "It does not agree", unreadable: "This file cannot be read",
    before: (when, signed, all, names) => `It existed before ${when} China time; ${signed} of ${all} witnesses have signed: ${names}.`,
    alone: "Signed by the log alone, without witnesses: changes show, the time is not proven.",
    log: "The checkpoint is not signed by this log.", witnesses: "Too few witnesses have signed, or one signature is false.",
    leaf: "This entry is not in the log, or was changed.", record: "The words are not those that were sealed.",
    file: "The file is not the one that was sealed.",
    format: "This is not one of our proof files, or it was changed.",
    crypto: "This browser cannot check it here. Save this page and open the saved copy, or use a newer browser.",
    proven: "Proven", provenText: "This entry is in the log and not one letter was changed since.",
    provenFile: (name) => `The file “${name}” is the one of that time.`,
    not: "Not proven", notText: "Whether what it says is true, or who is right. A court or tribunal decides what it is worth.",
    gone: "There is no record in the file: only that the entry existed is proven.", words: "What was sealed", number: "Number",
    at: "When", said: "Words", files: "Files", place: (index, size) => `Entry ${index + 1} of ${size}`, log_name: "Log",
    raw: "The record as machines read it", checking: "Checking…",
  },
};
const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const say = WORDS[language];

class Malformed extends Error {}

// ---------------------------------------------------------------- bytes

const utf8 = (text) => new TextEncoder().encode(text);
const join = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
};
const same = (one, two) => one.length === two.length && one.every((byte, at) => byte === two[at]);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
function unbase64(text) {
  let raw;
  try { raw = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)); } catch { throw new Malformed("base64"); }
  let whole = "";
  for (let at = 0; at < raw.length; at += 3072) whole += base64(raw.subarray(at, at + 3072));
  if (whole !== text) throw new Malformed("base64");
  return raw;
}
function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Malformed("hex");
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}
function decimal(text) {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) throw new Malformed("number");
  return Number(text);
}
const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));
const sha256 = (bytes) => digest("SHA-256", bytes);
async function hmac(key, message) {
  const made = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", made, message));
}

// ---------------------------------------------------------------- Ed25519: the browser's own, or plain arithmetic

const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (number) => ((number % P) + P) % P;
function power(base, exponent) {
  let result = 1n;
  for (base = mod(base); exponent; exponent >>= 1n, base = mod(base * base)) if (exponent & 1n) result = mod(result * base);
  return result;
}
const inverse = (number) => power(number, P - 2n);
const D = mod(-121665n * inverse(121666n)), ROOT = power(2n, (P - 1n) / 4n);
const little = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
function point(bytes) {
  const sign = bytes[31] >> 7, y = little(bytes) & (2n ** 255n - 1n);
  if (y >= P) return null;
  const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
  let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT);
  if (mod(v * x * x) !== u || (x === 0n && sign)) return null;
  if (Number(x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}
function plus([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2)), b = mod((y1 + x1) * (y2 + x2)), c = mod(2n * t1 * t2 * D), d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}
function times(number, some) {
  let result = [0n, 1n, 1n, 0n];
  for (; number; number >>= 1n, some = plus(some, some)) if (number & 1n) result = plus(result, some);
  return result;
}
const BASE = point(Uint8Array.from([0x58, ...Array(31).fill(0x66)]));
async function ed25519Plain(key, signature, message) {
  const a = point(key), r = point(signature.subarray(0, 32)), s = little(signature.subarray(32));
  if (!a || !r || s >= L) return false;
  const k = little(await digest("SHA-512", join(signature.subarray(0, 32), key, message))) % L;
  const one = times(s, BASE), two = plus(r, times(k, a));
  return mod(one[0] * two[2] - two[0] * one[2]) === 0n && mod(one[1] * two[2] - two[1] * one[2]) === 0n;
}
async function ed25519(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  let made;
  try {
    made = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch { return ed25519Plain(key, signature, message); }
  return crypto.subtle.verify({ name: "Ed25519" }, made, signature, message);
}

// ---------------------------------------------------------------- notes, keys, policies

async function parseKey(vkey) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) || [];
  if (!name) throw new Malformed("key");
  const raw = unbase64(encoded), keyId = (await sha256(join(utf8(name), utf8("\n"), raw))).subarray(0, 4);
  if (hex(keyId) !== id) throw new Malformed("key");
  return { name, kind: raw[0], material: raw.subarray(1), keyId };
}
async function parsePolicy(text) {
  const policy = { logs: [], witnesses: [], groups: {}, quorum: "none" };
  for (const line of text.split("\n")) {
    const words = line.trim().split(/[ \t]+/);
    if (words[0] === "log") policy.logs.push(await parseKey(words[1]));
    if (words[0] === "witness") policy.witnesses.push({ name: words[1], key: await parseKey(words[2]) });
    if (words[0] === "group") {
      const members = words.slice(3);
      policy.groups[words[1]] = [words[2] === "all" ? members.length : words[2] === "any" ? 1 : Number(words[2]), members];
    }
    if (words[0] === "quorum") policy.quorum = words[1];
  }
  return policy;
}
function isMet(policy, signed, name = policy.quorum) {
  if (name === "none") return true;
  if (!policy.groups[name]) return signed.includes(name);
  const [need, members] = policy.groups[name];
  return members.filter((member) => isMet(policy, signed, member)).length >= need;
}
function parseNote(text) {
  const cut = text.lastIndexOf("\n\n");
  // eslint-disable-next-line no-control-regex
  if (cut < 0 || !text.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(text)) throw new Malformed("note");
  const lines = text.slice(cut + 2, -1).split("\n");
  const signatures = lines.map((line) => {
    const found = /^— ([^+\s]+) (\S+)$/.exec(line);
    const raw = found && unbase64(found[2]);
    if (!raw || raw.length < 5) throw new Malformed("signature");
    return { name: found[1], keyId: raw.subarray(0, 4), value: raw.subarray(4) };
  });
  return { text: text.slice(0, cut + 1), signatures };
}
const signedBy = (key, one) => one.name === key.name && same(one.keyId, key.keyId);
const cosignedAt = (one) => one.value.subarray(0, 8).reduce((sum, byte) => sum * 256 + byte, 0);
async function holds(key, text, one) {
  if (key.kind === 1) return ed25519(key.material, one.value, utf8(text));
  if (key.kind === 4) return ed25519(key.material, one.value.subarray(8), utf8(`cosignature/v1\ntime ${cosignedAt(one)}\n${text}`));
  return false;
}

// ---------------------------------------------------------------- the proof

const nodeHash = (left, right) => sha256(join(Uint8Array.of(1), left, right));
async function rootByInclusion(index, size, leaf, path) {
  if (index >= size) return null;
  let here = index, last = size - 1, root = leaf;
  const half = (number) => Math.floor(number / 2);
  for (const step of path) {
    if (last === 0) return null;
    if (here % 2 || here === last) {
      root = await nodeHash(step, root);
      while (here % 2 === 0 && here) { here = half(here); last = half(last); }
    } else root = await nodeHash(root, step);
    here = half(here); last = half(last);
  }
  return last === 0 ? root : null;
}
function parseProof(text) {
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, cut).split("\n");
  if (cut < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Malformed("proof");
  const extra = lines[0] && lines[0].startsWith("extra ") ? unbase64(lines.shift().slice(6)) : new Uint8Array();
  if (!lines[0] || !lines[0].startsWith("index ") || lines.length > 64) throw new Malformed("proof");
  const index = decimal(lines.shift().slice(6)), path = lines.map(unbase64);
  if (path.some((step) => step.length !== 32)) throw new Malformed("proof");
  return { index, path, extra, note: parseNote(text.slice(cut + 2)) };
}
function parseExtra(raw) {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(raw), told = JSON.parse(text);
  const names = Object.keys(told).sort().join();
  if (told.v !== 1 || !["leaf,v", "leaf,record,salt,v"].includes(names)) throw new Malformed("extra");
  const plain = `{${Object.keys(told).sort().map((name) => `${JSON.stringify(name)}:${JSON.stringify(told[name])}`).join()}}`;
  if (plain !== text) throw new Malformed("extra");
  return told;
}
async function judge(bytes, policy, file) {
  const proof = parseProof(new TextDecoder("utf-8", { fatal: true }).decode(bytes)), { note } = proof;
  const [origin, sizeLine, rootLine] = note.text.split("\n");
  const size = decimal(sizeLine), root = unbase64(rootLine), told = parseExtra(proof.extra);
  const found = { failed: "", origin, size, index: proof.index, signed: [], witnesses: policy.witnesses.length, before: null, record: null, file: "" };
  const fail = (why) => { found.failed = found.failed || why; };
  let ours = 0;
  for (const key of policy.logs.filter((one) => one.name === origin && one.kind !== 255)) {
    for (const one of note.signatures.filter((each) => signedBy(key, each))) {
      ours += 1;
      if (!(await holds(key, note.text, one))) fail("log");
    }
  }
  if (!ours) fail("log");
  const times = [];
  for (const witness of policy.witnesses) {
    for (const one of note.signatures.filter((each) => signedBy(witness.key, each))) {
      if (found.signed.includes(witness.name)) continue;
      if (!(await holds(witness.key, note.text, one))) { fail("witnesses"); continue; }
      found.signed.push(witness.name);
      times.push([cosignedAt(one), witness.name]);
    }
  }
  if (!isMet(policy, found.signed)) fail("witnesses");
  const enough = [];
  if (policy.quorum !== "none" || times.length) for (const [at, name] of times.sort((one, two) => one[0] - two[0])) {
    enough.push(name);
    if (isMet(policy, enough)) { found.before = at; break; }
  }
  const leaf = await sha256(join(Uint8Array.of(0), utf8(told.leaf)));
  const reached = await rootByInclusion(proof.index, size, leaf, proof.path);
  if (!reached || !same(reached, root)) fail("leaf");
  found.leaf = JSON.parse(told.leaf);
  if (told.record !== undefined) {
    found.record = JSON.parse(told.record);
    if (hex(await hmac(unhex(told.salt), utf8(told.record))) !== found.leaf.commit) fail("record");
  }
  if (file) {
    const mark = hex(await sha256(new Uint8Array(file)));
    const held = filesOf(found.record).find((one) => one.sha256 === mark);
    if (held) found.file = held.name; else fail("file");
  }
  return found;
}
const filesOf = (record) => [...((record || {}).files || []), ...(((record || {}).told || {}).files || [])];

// ---------------------------------------------------------------- the page

function element(name, text, ...inside) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...inside);
  return made;
}
function when(seconds) {
  const parts = new Date((seconds + 8 * 3600) * 1000).toISOString();
  const [year, month, day] = parts.slice(0, 10).split("-").map(Number), time = parts.slice(11, 16);
  if (language === "zh") return `${year}年${month}月${day}日${time}`;
  const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  return `${day} ${names[month - 1]} ${year}, ${time}`;
}
function showResult(target, found) {
  const heading = element("h2", found.failed ? say.differs : say.agrees);
  heading.tabIndex = -1;
  const signed = say.before(found.before === null ? "" : when(found.before), found.signed.length, found.witnesses, found.signed.join("、"));
  const finding = found.failed ? say[found.failed] : found.before === null ? say.alone : signed;
  target.className = `fq-note is-${found.failed ? "bad" : "no"}`;
  const body = element("div", "", heading, element("p", finding));
  if (!found.failed) {
    const proven = element("ul", "", element("li", found.record ? say.provenText : say.gone));
    if (found.file) proven.append(element("li", say.provenFile(found.file)));
    body.append(element("b", say.proven), proven, element("b", say.not), element("ul", "", element("li", say.notText)));
    body.append(...shownRecord(found));
  }
  target.replaceChildren(body);
  heading.focus();
}
function shownRecord(found) {
  const list = element("dl");
  list.className = "fq-dl";
  const add = (name, value) => { if (value) list.append(element("dt", name), Object.assign(element("dd", value), { className: "text-break" })); };
  const record = found.record || {}, told = record.told || {};
  add(say.number, record.subject);
  add(say.at, record.at && when(Date.parse(record.at) / 1000));
  add(say.said, told.text);
  add(say.files, filesOf(record).map((one) => one.name).join("、"));
  add(say.log_name, `${found.origin} · ${say.place(found.index, found.size)}`);
  const parts = found.record ? [element("b", say.words)] : [];
  parts.push(list);
  if (found.record) {
    const code = element("pre", JSON.stringify(found.record, null, 1));
    code.className = "fq-code-block";
    parts.push(element("details", "", element("summary", say.raw), code));
  }
  return parts;
}
function showProblem(target, text) {
  target.className = "fq-note is-bad";
  target.replaceChildren(element("div", "", element("h2", say.unreadable), element("p", text)));
}
async function check(form, target) {
  const proof = form.querySelector("[name=proof]").files[0], file = form.querySelector("[name=file]").files[0];
  if (!proof) return;
  target.hidden = false;
  target.className = "fq-note";
  target.replaceChildren(element("div", say.checking));
  if (!globalThis.crypto || !crypto.subtle) { showProblem(target, say.crypto); return; }
  try {
    const policy = await parsePolicy(JSON.parse(document.getElementById("policy").textContent));
    showResult(target, await judge(new Uint8Array(await proof.arrayBuffer()), policy, file && (await file.arrayBuffer())));
  } catch (error) {
    showProblem(target, error instanceof Malformed || error instanceof SyntaxError || error instanceof TypeError ? say.format : say.crypto);
  }
}
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("check"), target = document.getElementById("result");
  if (!form) return;
  document.querySelector("[data-noscript]").hidden = true;
  form.addEventListener("change", () => check(form, target));
  form.addEventListener("submit", (event) => { event.preventDefault(); check(form, target); });
});
