// Charts. Every element with data-chart="<id>" is drawn from the JSON script of that id, written by
// `plan/parts/chart.html` from a conurb.plan.charts.Chart (which documents the values):
//
//   {shape: "bars" | "area" | "dots", title, categories: [name], urls: [address], unit,
//    series: [{name, light, values: [number|null]}],                       bars and area
//    dots: [{day, row, count, light, words, url}], firstDay, lastDay, today, todayWords}     dots
//
// bars: stacked bars lying on their side, one a category; a click opens the category's address.
// area: stacked areas over time, one category a month.
// dots: days on an axis in rows; a dot's size is its count; a click opens its address.
// Colours are those of the lights in app.css and follow light and dark; the table that stands beside
// each chart says the same to whoever cannot see it.
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([
  BarChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  CanvasRenderer,
]);

const drawn = new Map();
const PALETTE = ["--tblr-primary", "--tblr-teal", "--tblr-orange", "--tblr-purple", "--tblr-cyan"];
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colourOf = (light, index = 0) => css(light ? `--conurb-${light}` : PALETTE[index % PALETTE.length]);

// As in the bars of lights, what has not begun stands back.
const strengthOf = (light) => ({ "not-begun": 0.4, withdrawn: 0.25 })[light] ?? 0.9;

const SYMBOLS = { late: "rect", "at-risk": "triangle" };

// A ring for what has not begun, as in lists.
const dotStyle = (light) =>
  light === "not-begun"
    ? { color: css("--tblr-bg-surface"), borderColor: colourOf(light), borderWidth: 2 }
    : { color: colourOf(light), opacity: 0.9 };

function basics() {
  const ink = css("--tblr-body-color");
  const line = css("--tblr-border-color");
  return {
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: css("--tblr-bg-surface"),
      borderColor: line,
      textStyle: { color: ink, fontSize: 13 },
    },
    axis: {
      axisLabel: { color: ink, fontSize: 12 },
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: line } },
    },
    legend: { textStyle: { color: ink }, itemWidth: 12, itemHeight: 12, itemGap: 8, top: 0, left: 0, icon: "roundRect" },
  };
}

const withUnit = (data) => (value) => (value == null ? "–" : `${value}${data.unit}`);

function bars(data, width) {
  const { axis, tooltip, legend, ...base } = basics();
  return {
    ...base,
    legend,
    tooltip: { ...tooltip, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: withUnit(data) },
    grid: { left: 4, right: 16, top: width < 420 ? 58 : 34, bottom: 4, containLabel: true },
    xAxis: { type: "value", minInterval: 1, ...axis },
    yAxis: { type: "category", inverse: true, data: data.categories, ...axis },
    series: data.series.map((one, index) => ({
      type: "bar",
      stack: "all",
      name: one.name,
      data: one.values,
      barMaxWidth: 18,
      cursor: data.urls.length ? "pointer" : "default",
      itemStyle: { color: colourOf(one.light, index), opacity: strengthOf(one.light) },
    })),
  };
}

function area(data, width) {
  const { axis, tooltip, legend, ...base } = basics();
  return {
    ...base,
    legend,
    tooltip: { ...tooltip, trigger: "axis", valueFormatter: withUnit(data) },
    grid: { left: 4, right: 16, top: width < 420 ? 58 : 34, bottom: 4, containLabel: true },
    xAxis: { type: "category", boundaryGap: false, data: data.categories, ...axis },
    yAxis: { type: "value", minInterval: 1, ...axis },
    series: data.series.map((one, index) => ({
      type: "line",
      stack: "all",
      name: one.name,
      data: one.values,
      symbol: "none",
      lineStyle: { width: 1, color: colourOf(one.light, index) },
      itemStyle: { color: colourOf(one.light, index) },
      areaStyle: { color: colourOf(one.light, index), opacity: strengthOf(one.light) * 0.85 },
    })),
  };
}

function dots(data) {
  const { axis, tooltip, legend: _legend, ...base } = basics();
  const today = {
    silent: true,
    symbol: "none",
    lineStyle: { color: css("--tblr-primary"), type: "dashed" },
    label: { formatter: data.todayWords, color: css("--tblr-body-color"), position: "start", distance: 4 },
    data: [{ xAxis: data.today }],
  };
  return {
    ...base,
    tooltip: { ...tooltip, trigger: "item", formatter: ({ data: dot }) => dot.words },
    grid: { left: 4, right: 20, top: 26, bottom: 4, containLabel: true },
    xAxis: { type: "time", min: data.firstDay, max: data.lastDay, ...axis, axisLabel: { ...axis.axisLabel, hideOverlap: true } },
    yAxis: { type: "category", inverse: true, data: data.categories, ...axis, splitLine: { ...axis.splitLine, show: true } },
    series: [
      {
        type: "scatter",
        data: data.dots.map((dot) => ({
          value: [dot.day, dot.row],
          words: dot.words,
          url: dot.url,
          symbol: SYMBOLS[dot.light] || "circle",
          symbolSize: Math.min(10 + 4 * Math.sqrt(dot.count - 1), 30),
          itemStyle: dotStyle(dot.light),
        })),
        markLine: today,
      },
    ],
  };
}

const SHAPES = { bars, area, dots };

function draw(element) {
  const source = document.getElementById(element.dataset.chart);
  if (!source || drawn.has(element)) return;
  const data = JSON.parse(source.textContent);
  const chart = init(element, null, { renderer: "canvas" });
  chart.setOption(SHAPES[data.shape](data, element.clientWidth));
  chart.on("click", ({ data: dot, dataIndex }) => {
    const url = dot?.url || data.urls[dataIndex];
    if (url) window.location.assign(url);
  });
  drawn.set(element, { chart, data });
  new ResizeObserver(() => chart.resize()).observe(element);
}

const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
drawAll(document);
document.addEventListener("htmx:load", (event) => drawAll(event.detail.elt));
document.addEventListener("conurb:theme", () => {
  for (const { chart, data } of drawn.values()) chart.setOption(SHAPES[data.shape](data, chart.getWidth()), true);
});
