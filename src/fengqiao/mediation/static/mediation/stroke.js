// The field in which people draw their name. Points go into the hidden field of the form, nothing else leaves it.
"use strict";
for (const pad of document.querySelectorAll("[data-fq-pad]")) {
  const form = pad.closest("form");
  const target = form.querySelector("[data-fq-stroke]");
  const pen = pad.getContext("2d");
  let lines = [];
  let current = null;
  pen.lineWidth = 5;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#1b2a31";

  const at = (event) => {
    const box = pad.getBoundingClientRect();
    const inside = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
    return [
      inside(((event.clientX - box.left) / box.width) * pad.width, pad.width),
      inside(((event.clientY - box.top) / box.height) * pad.height, pad.height),
    ];
  };
  const keep = () => {
    target.value = lines.map((line) => line.map((point) => point.join(",")).join(" ")).join(";");
  };
  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    current = [at(event)];
    lines.push(current);
  });
  pad.addEventListener("pointermove", (event) => {
    if (!current || lines.reduce((sum, line) => sum + line.length, 0) > 3900) return;
    const point = at(event);
    const last = current[current.length - 1];
    if (Math.abs(point[0] - last[0]) + Math.abs(point[1] - last[1]) < 3) return;
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...point);
    pen.stroke();
    current.push(point);
  });
  const lift = () => {
    current = null;
    keep();
  };
  pad.addEventListener("pointerup", lift);
  pad.addEventListener("pointercancel", lift);
  form.querySelector("[data-fq-pad-clear]").addEventListener("click", () => {
    lines = [];
    pen.clearRect(0, 0, pad.width, pad.height);
    keep();
  });
}
