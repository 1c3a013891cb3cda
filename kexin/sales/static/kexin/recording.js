// Recording a sale: the camera, the microphone or a chosen file; nodes marked one by one; pieces that outlive a lost
// network. Nothing is kept in the browser: the server has every piece and mark before the recording counts.
const root = document.querySelector("[data-recorder]");
if (root) begin(root);

function begin(root) {
  const at = (name) => root.querySelector(`[data-${name}]`);
  const word = (name) => root.dataset[`word${name}`];
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const pieceBytes = Number(root.dataset.pieceBytes);
  const longest = Number(root.dataset.longest);
  const nodes = [...root.querySelectorAll("[data-node]")];
  const preview = at("preview");
  let recorder = null; // MediaRecorder, or null with a file
  let stream = null;
  let file = null;
  let startedAt = 0;
  let endedAt = 0; // seconds, once stopped
  let stopping = false;
  let written = false; // the recorder gave its last bytes
  let left = Number(root.dataset.lastSecond) || 0; // where the node before ended
  let broken = false;
  let finished = false;

  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const now = () => {
    if (file) return preview.currentTime;
    return endedAt || (startedAt ? (performance.now() - startedAt) / 1000 : 0);
  };
  const tenths = (seconds) => Math.round(seconds * 10);
  const tooShort = () => tenths(now()) - tenths(left) < 5; // below half a second nobody has said or shown anything
  const running = () => Boolean(file || recorder);
  const problem = (text) => { at("problem").textContent = text; at("problem").hidden = !text; };
  const fail = (text) => { broken = true; problem(text); draw(); };

  // ---- what goes to the server, one thing after the other, again and again until it arrives
  const waiting = [];
  let sending = false;
  let pause = 1000;
  let wake = null;

  function queue(task) {
    waiting.push(task);
    pump();
  }

  async function pump() {
    if (sending || broken) return;
    sending = true;
    while (waiting.length && !broken) {
      try {
        await waiting[0]();
        waiting.shift();
        pause = 1000;
        at("offline").hidden = true;
      } catch (refusal) {
        if (refusal instanceof Refused) { sending = false; fail(refusal.message); return; }
        at("offline").hidden = false;
        await new Promise((go) => { wake = go; setTimeout(go, pause); });
        pause = Math.min(pause * 2, 15000);
      }
      draw();
    }
    sending = false;
    draw();
  }
  addEventListener("online", () => { pause = 1000; wake?.(); });

  class Refused extends Error {}

  async function send(method, url, body, headers = {}) {
    const answer = await fetch(url, {
      method, body, headers: { "X-CSRFToken": token, ...headers }, signal: AbortSignal.timeout(60000),
    });
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    const told = (answer.headers.get("Content-Type") ?? "").startsWith("application/json") ? await answer.json() : {};
    if (!answer.ok || answer.redirected) throw new Refused(told.problem || word("Closed"));
    return told;
  }
  const post = (url, told) => send("POST", url, JSON.stringify(told), { "Content-Type": "application/json" });

  // ---- pieces: as they come from the recorder, or cut from the file
  const digests = [];
  let rest = []; // what the recorder gave and is not a piece yet
  let taken = 0; // pieces the server had when the page opened
  const bytesOf = (parts) => parts.reduce((sum, each) => sum + each.size, 0);

  async function sendPiece(number, blob) {
    const bytes = await blob.arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    if (number === 0 || number >= taken) {
      const base64 = btoa(String.fromCharCode(...digest));
      await send("PUT", root.dataset.pieces.replace("/0/", `/${number}/`), bytes, {
        "Content-Type": "application/octet-stream", "Content-Digest": `sha-256=:${base64}:`,
      });
    }
    digests[number] = digest;
  }

  let cut = 0;
  function queuePiece(blob) {
    const number = cut++;
    queue(() => sendPiece(number, blob));
  }

  function take(blob, last) {
    if (blob?.size) rest.push(blob);
    while (bytesOf(rest) >= pieceBytes || (last && bytesOf(rest))) {
      const whole = new Blob(rest);
      queuePiece(whole.slice(0, pieceBytes));
      rest = whole.size > pieceBytes ? [whole.slice(pieceBytes)] : [];
    }
    // What came within a few seconds goes at once: less is on the way when the network fails.
    if (rest.length && waiting.length < 2) {
      queuePiece(new Blob(rest));
      rest = [];
    }
  }

  // ---- sources
  const constraints = {
    video: { audio: true, video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 } } },
    audio: { audio: true },
  };
  const kinds = { video: ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4"], audio: ["audio/webm", "audio/ogg", "audio/mp4"] };

  async function record(source) {
    if (!navigator.mediaDevices || !window.MediaRecorder || !crypto.subtle) { problem(word("Insecure")); return; }
    problem("");
    try {
      stream = await navigator.mediaDevices.getUserMedia(constraints[source]);
    } catch (refusal) {
      problem(refusal.name === "NotFoundError" ? word("Nodevice") : word("Notallowed"));
      return;
    }
    const mimeType = kinds[source].find((each) => MediaRecorder.isTypeSupported(each));
    recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 600000, audioBitsPerSecond: 48000 });
    recorder.addEventListener("dataavailable", (event) => take(event.data, recorder.state === "inactive"));
    recorder.addEventListener("start", () => { startedAt = performance.now(); draw(); });
    recorder.addEventListener("stop", () => {
      endedAt ||= (performance.now() - startedAt) / 1000;
      for (const track of stream.getTracks()) track.stop();
      take(null, true);
      written = true;
      if (!stopping) fail(word("Stopped"));
      draw();
    });
    if (source === "video") {
      preview.srcObject = stream;
      preview.hidden = false;
      preview.play();
    }
    recorder.start(4000);
    draw();
  }

  function choose(chosen) {
    if (!crypto.subtle) { problem(word("Insecure")); return; }
    if (!chosen) return;
    problem("");
    file = chosen;
    preview.srcObject = null;
    preview.src = URL.createObjectURL(file);
    preview.controls = true;
    preview.muted = false;
    preview.hidden = false;
    preview.addEventListener("error", () => fail(word("Unreadable")), { once: true });
    let searching = false;
    preview.addEventListener("loadedmetadata", () => {
      searching = preview.duration === Infinity;
      if (searching) preview.currentTime = 1e7; // makes the browser look for the end
    }, { once: true });
    preview.addEventListener("durationchange", () => {
      if (!Number.isFinite(preview.duration)) return;
      endedAt = preview.duration;
      if (searching) preview.currentTime = left; // back to where the next node begins
      searching = false;
      draw();
    });
    taken = Number(root.dataset.taken) || 0;
    for (let begin = 0; begin < file.size; begin += pieceBytes) queuePiece(file.slice(begin, begin + pieceBytes));
    draw();
  }

  // ---- nodes
  const due = () => nodes.find((each) => !each.dataset.done);

  function mark(result) {
    const node = due();
    if (!node || !running() || tooShort()) return;
    const end = tenths(now()) / 10;
    const start = left;
    left = end;
    const told = { code: node.dataset.node, began: start.toFixed(1), ended: end.toFixed(1), result };
    const attempt = document.createElement("small");
    attempt.textContent = `${clock(start)}–${clock(end)} ${word(`Result${result}`)}`;
    node.querySelector("[data-attempts]").append(attempt);
    if (result === "yes") node.dataset.done = "1";
    queue(() => post(root.dataset.marks, told));
    draw();
  }

  // ---- the end
  function stop() {
    stopping = true;
    if (recorder && recorder.state !== "inactive") {
      endedAt = (performance.now() - startedAt) / 1000;
      recorder.stop();
    }
    finish();
  }

  async function finish() {
    at("stop").setAttribute("aria-busy", "true");
    problem("");
    while ((waiting.length || (recorder && !written)) && !broken) {
      await new Promise((go) => setTimeout(go, 200));
    }
    if (broken) return;
    try {
      const all = new Uint8Array(digests.length * 32);
      digests.forEach((each, number) => all.set(each, number * 32));
      const whole = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
      const told = await post(root.dataset.complete, {
        seconds: (Math.floor(endedAt * 10) / 10).toFixed(1),
        whole: [...whole].map((each) => each.toString(16).padStart(2, "0")).join(""),
        media_type: (recorder ? recorder.mimeType : file.type || "video/mp4").split(";")[0],
      });
      finished = true;
      location.assign(told.next);
    } catch (refusal) {
      problem(refusal instanceof Refused ? refusal.message : word("Offline"));
      at("stop").removeAttribute("aria-busy");
    }
  }

  // ---- the customer's own steps, looked at now and then
  let signed = root.dataset.signed === "1";
  async function look() {
    if (signed || !running()) return;
    try {
      const answer = await fetch(root.dataset.status, { headers: { Accept: "application/json" } });
      if (answer.ok) signed = (await answer.json()).signed;
    } catch { /* asked again in a moment */ }
    draw();
  }
  setInterval(look, 3000);

  // ---- the page
  function draw() {
    const node = due();
    root.dataset.state = broken ? "broken" : stopping ? "stopping" : running() ? "running" : "choosing";
    at("sources").hidden = running();
    at("stage").hidden = !running();
    for (const each of nodes) {
      const on = each === node && running();
      each.classList.toggle("on", on);
      each.classList.toggle("done", Boolean(each.dataset.done));
      each.toggleAttribute("aria-current", on);
      if (on) each.setAttribute("aria-current", "step");
    }
    at("ask").hidden = !node || !running() || stopping || broken;
    if (node) {
      at("number").textContent = `${nodes.indexOf(node) + 1} / ${nodes.length}`;
      at("kind").textContent = node.dataset.kind;
      at("text").textContent = node.dataset.text;
    }
    at("end").hidden = Boolean(node) || !running() || broken;
    at("unsigned").hidden = signed;
    at("signed-now").hidden = !signed;
    at("stop").disabled = !signed || (Boolean(file) && !endedAt);
    at("live").hidden = !recorder || stopping || broken;
    at("sent").textContent = word("Sent").replace("{n}", String(digests.length)).replace("{w}", String(waiting.length));
    tick();
  }
  function tick() {
    if (!running()) return;
    const seconds = now();
    at("time").textContent = clock(seconds);
    const short = tooShort();
    for (const each of root.querySelectorAll("[data-mark]")) each.disabled = short;
    if (recorder && !stopping && seconds > longest) { stopping = true; recorder.stop(); fail(word("Toolong")); }
  }
  setInterval(tick, 250);

  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.source) record(button.dataset.source);
    if (button.dataset.mark) mark(button.dataset.mark);
    if (button.hasAttribute("data-stop")) (stopping ? finish : stop)();
  });
  at("file").addEventListener("change", (event) => choose(event.target.files[0]));
  addEventListener("beforeunload", (event) => {
    if (running() && !finished && !broken) event.preventDefault();
  });
  draw();
}
