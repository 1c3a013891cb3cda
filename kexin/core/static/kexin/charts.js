// Charts from small descriptions (core/ui/charts.py says which), in the page's colours, each also a table.
import { compact, exact, make, say } from "./words.js";

const root = document.documentElement;
const drawn = new Map();
let library = null;

const token = (name) => getComputedStyle(root).getPropertyValue(name).trim();
const palette = () => [1, 2, 3, 4, 5, 6].map((n) => token(`--chart-${n}`));
const show = (value, unit = "") => (value === null || value === undefined ? "–" : `${exact.format(value)}${unit ? ` ${unit}` : ""}`);

function tip(title, lines) {
  const box = make("div", { class: "chart-tip" }, title);
  for (const [name, value] of lines) box.append(make("div", {}, make("span", {}, name), make("b", {}, value)));
  return box;
}

const bare = () => ({ backgroundColor: "transparent", borderWidth: 0, padding: 0, shadowBlur: 0, extraCssText: "box-shadow:none" });

function axes(spec) {
  const quiet = token("--quiet"), line = token("--line");
  const category = { type: "category", data: spec.x, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: quiet, hideOverlap: true, ...(spec.sideways || spec.type === "bar" || spec.type === "stacked" ? {} : { alignMinLabel: "left", alignMaxLabel: "right" }) } };
  const value = { type: "value", scale: spec.type === "line" || spec.type === "area", splitNumber: 4, splitLine: { lineStyle: { color: line } }, axisLabel: { color: quiet, formatter: (v) => compact.format(v) } };
  return spec.sideways ? { xAxis: value, yAxis: { ...category, inverse: true } } : { xAxis: { ...category, boundaryGap: spec.type === "bar" || spec.type === "stacked" }, yAxis: value };
}

// A point between two gaps has no line: it is seen only as a dot.
const there = (v) => v !== null && v !== undefined;
const alone = (data) => data.some((v, i) => there(v) && !there(data[i - 1]) && !there(data[i + 1]));

function plotted(spec) {
  const bars = spec.type === "bar" || spec.type === "stacked";
  const many = spec.series.length > 1;
  return {
    ...axes(spec),
    grid: { left: 8, right: 12, top: many ? 34 : 14, bottom: 6, containLabel: true },
    legend: many ? { type: "scroll", pageIconColor: token("--quiet"), pageTextStyle: { color: token("--quiet") }, top: 0, right: 8, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: token("--quiet") } } : undefined,
    tooltip: { trigger: "axis", ...bare(), axisPointer: { lineStyle: { color: token("--edge") }, type: bars ? "shadow" : "line" },
      formatter: (points) => tip(points[0].axisValueLabel, points.map((p) => [p.seriesName, show(p.value, spec.unit)])) },
    series: spec.series.map((one) => ({
      name: one.name, data: one.data, type: bars ? "bar" : "line", stack: spec.type === "stacked" ? "all" : undefined,
      step: spec.step ? "end" : undefined, showSymbol: Boolean(one.dots) || alone(one.data), symbol: "circle", symbolSize: one.dots ? 10 : 4, barMaxWidth: 26,
      lineStyle: { width: one.dots ? 0 : one.dashed ? 1.5 : 2, type: one.dashed ? "dashed" : "solid" }, areaStyle: spec.type === "area" ? { opacity: 0.1 } : undefined,
      markLine: one.limit === undefined ? undefined : { silent: true, symbol: "none", data: [{ yAxis: one.limit }], lineStyle: { color: token("--bad-mark"), type: "dashed" } },
    })),
  };
}

function donut(spec) {
  const total = spec.parts.reduce((sum, part) => sum + part.value, 0) || 1;
  return {
    tooltip: { trigger: "item", ...bare(), formatter: (p) => tip(p.name, [[`${exact.format((p.value / total) * 100)}%`, show(p.value, spec.unit)]]) },
    series: [{ type: "pie", radius: ["52%", "76%"], data: spec.parts, itemStyle: { borderColor: token("--paper"), borderWidth: 2 },
      label: { color: token("--ink"), formatter: (p) => `${p.name}\n${exact.format(Math.round((p.value / total) * 1000) / 10)}%`, fontSize: 12 }, labelLine: { length: 6, length2: 6 } }],
  };
}

// Several links between the same two stand on one line, their words side by side: two lines would write over each other.
function joined(links) {
  const lines = new Map();
  for (const link of links) {
    const key = [link.source, link.target].map(String).sort().join("-");
    const line = lines.get(key);
    if (line) line.label = [line.label, link.label].filter(Boolean).join("\n"); else lines.set(key, { ...link });
  }
  return [...lines.values()];
}

function graph(spec, width) {
  const colours = palette();
  // On a narrow screen the words of the links stand in the lines below and in the tips: they would cover the names.
  const length = Math.max(110, Math.min(190, width / 3.2));
  return {
    tooltip: { ...bare(), formatter: (p) => (p.dataType === "edge" ? tip(p.data.label || "", []) : tip(p.name, p.data.note ? [[p.data.note, ""]] : [])) },
    series: [{ type: "graph", layout: "force", roam: "move", draggable: true, force: { initLayout: "circular", repulsion: length * 4.5, gravity: 0.15, edgeLength: length, layoutAnimation: false },
      data: spec.nodes.map((n) => ({ ...n, symbolSize: n.main ? 42 : 28, itemStyle: { color: colours[n.group ?? 0] } })),
      links: joined(spec.links), label: { show: true, position: "bottom", color: token("--ink"), width: length, overflow: "truncate" },
      lineStyle: { color: token("--edge"), curveness: 0 }, edgeLabel: { show: width >= 420, color: token("--quiet"), fontSize: 11, lineHeight: 14, backgroundColor: token("--paper"), padding: [1, 4], formatter: (e) => e.data.label || "" } }],
  };
}

function option(spec, width = 0) {
  const made = spec.type === "donut" ? donut(spec) : spec.type === "graph" ? graph(spec, width) : plotted(spec);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { color: palette(), animation: !still, animationDuration: 300, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, ...made };
}

function rows(spec) {
  if (spec.type === "donut") return [[say("item"), spec.unit || say("value")], ...spec.parts.map((p) => [p.name, show(p.value)])];
  if (spec.type === "graph") {
    const name = new Map(spec.nodes.map((n) => [String(n.id ?? n.name), n.name]));
    return [[say("item"), say("link"), say("item")], ...spec.links.map((l) => [name.get(String(l.source)), l.label || "", name.get(String(l.target))])];
  }
  const unit = spec.unit ? ` (${spec.unit})` : "";
  return [[say("item"), ...spec.series.map((s) => s.name + unit)], ...spec.x.map((x, i) => [x, ...spec.series.map((s) => show(s.data[i]))])];
}

function asTable(spec, label) {
  const [head, ...body] = rows(spec);
  const cell = (tag, text, place) => make(tag, { ...(place ? { class: "r" } : {}), ...(tag === "th" ? { scope: "col" } : {}) }, text);
  return make("div", { class: "chart-table scroller", tabindex: "0", role: "group", "aria-label": label },
    make("table", { class: "t" }, make("thead", {}, make("tr", {}, ...head.map((t, i) => cell("th", t, i)))),
      make("tbody", {}, ...body.map((line) => make("tr", {}, ...line.map((t, i) => cell("td", t, i)))))));
}

async function draw(box) {
  const spec = JSON.parse(box.dataset.chart);
  library ||= import(root.dataset.echarts);
  const echarts = await library;
  if (drawn.has(box) || !box.isConnected) return;
  const chart = echarts.init(box, null, { renderer: "canvas" });
  chart.setOption(option(spec, box.clientWidth));
  if (spec.hrefs) chart.on("click", (p) => { if (spec.hrefs[p.dataIndex]) location.assign(spec.hrefs[p.dataIndex]); });
  drawn.set(box, { chart, spec });
  new ResizeObserver(() => { if (box.clientWidth && !chart.isDisposed()) chart.resize(); }).observe(box);
  box.dataset.drawn = "yes";
}

function toggle(box) {
  const button = make("button", { type: "button", class: "text-button", "aria-pressed": "false" }, say("astable"));
  box.after(make("div", { class: "chart-foot no-print" }, button));
  let table = null;
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    table ||= asTable(JSON.parse(box.dataset.chart), box.getAttribute("aria-label"));
    if (on) box.after(table); else table.remove();
    box.hidden = on;
    button.setAttribute("aria-pressed", String(on));
    button.textContent = say(on ? "aschart" : "astable");
  });
}

export function drawCharts(within) {
  const boxes = [...within.querySelectorAll("[data-chart]")];
  if (within.matches?.("[data-chart]")) boxes.push(within);
  for (const box of boxes) if (!box.dataset.dressed) { box.dataset.dressed = "yes"; toggle(box); draw(box); }
}

export function wireCharts() {
  new MutationObserver(() => {
    for (const [box, { chart, spec }] of drawn) {
      if (!box.isConnected) { chart.dispose(); drawn.delete(box); } else chart.setOption(option(spec, box.clientWidth), true);
    }
  }).observe(root, { attributeFilter: ["data-bs-theme"] });
}
