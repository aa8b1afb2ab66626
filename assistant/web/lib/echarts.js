// ECharts is large, so it is fetched when the first chart is about to be seen.

const SOURCE = new URL("../vendor/echarts/echarts.common.min.js", import.meta.url);
let loading = null;

export function loadECharts() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = SOURCE.href;
    script.onload = () => resolve(globalThis.echarts);
    script.onerror = () => {
      loading = null;
      reject(new TypeError("echarts"));
    };
    document.head.append(script);
  });
  return loading;
}

/** Colours and font of the page, as the style sheets define them now. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"), muted: read("muted"), rule: read("rule"), surface: read("surface"),
    actual: read("chart-actual"), median: read("accent"), threshold: read("muted"),
    risk: read("risk"), warning: read("warning"),
    band: [read("chart-band-wide"), read("chart-band-mid"), read("chart-band-narrow")],
    lines: [1, 2, 3, 4, 5, 6].map((index) => read(`chart-${index}`)),
    font: getComputedStyle(document.body).fontFamily,
  };
}
