// A name drawn by finger, pen or mouse: strokes with times, sent as JSON. Nothing leaves the page before "Sign".
const form = document.querySelector("form[data-drawing]");
if (form) {
  const canvas = form.querySelector("[data-canvas]");
  const send = form.querySelector("[data-send]");
  const pen = canvas.getContext("2d");
  let strokes = [];
  let began = 0;
  let down = false;

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) * canvas.width) / box.width;
    const y = ((event.clientY - box.top) * canvas.height) / box.height;
    const inside = (value, most) => Math.round(Math.min(Math.max(value, 0), most) * 10) / 10;
    return [inside(x, canvas.width), inside(y, canvas.height), Math.round(performance.now() - began)];
  };
  const draw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 4;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = getComputedStyle(canvas).color;
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(stroke[0][0], stroke[0][1]);
      for (const [x, y] of stroke) pen.lineTo(x, y);
      pen.stroke();
    }
    send.disabled = strokes.reduce((sum, each) => sum + each.length, 0) < 8;
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!strokes.length) began = performance.now();
    down = true;
    canvas.setPointerCapture(event.pointerId);
    strokes.push([place(event)]);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    strokes.at(-1).push(place(event));
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { down = false; });
  form.querySelector("[data-clear]").addEventListener("click", () => { strokes = []; draw(); });
  form.addEventListener("submit", () => {
    form.elements.drawing.value = JSON.stringify({ width: canvas.width, height: canvas.height, strokes });
    form.elements.screen.value = `${screen.width}x${screen.height}`;
  });
}
