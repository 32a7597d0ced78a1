/* SPDX-License-Identifier: MIT */
/* What a report's page does beyond being read: tables sort, plots tell the values under the pointer. */
(function () {
'use strict';
// Sorting: a click on a heading, again for the other direction; rows without a value come last.
function cell(row, i) {
  const found = row.cells[i];
  if (!found) return '';
  return found.dataset.value !== undefined ? found.dataset.value : found.textContent.trim();
}
function none(text) { return /^(|\u2013|NaN)$/.test(text); }
function number(text) {
  return none(text) ? NaN : Number(text.replace(/,/g, '').replace(/^(-?)inf(inity)?$/, '$1Infinity'));
}
function sort(table, head, i) {
  const down = head.getAttribute('aria-sort') === 'ascending', body = table.tBodies[0];
  for (const other of head.parentNode.cells) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const rows = Array.from(body.rows).map(function (row) {
    const text = cell(row, i);
    return {row: row, text: text, number: number(text)};
  });
  const numbers = rows.every(function (r) { return none(r.text) || !isNaN(r.number); });
  rows.sort(function (a, b) {
    const last = none(a.text) - none(b.text);
    if (last !== 0 || none(a.text)) return last;
    const order = !numbers ? a.text.localeCompare(b.text, undefined, {numeric: true}) :
      a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
    return down ? -order : order;
  });
  for (const r of rows) body.appendChild(r.row);
}
for (const table of document.querySelectorAll('table.sortable')) {
  if (!table.tHead || !table.tBodies.length) continue;
  const row = table.tHead.rows[table.tHead.rows.length - 1];
  Array.from(row.cells).forEach(function (head, i) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    while (head.firstChild) button.appendChild(head.firstChild);
    head.appendChild(button);
    button.addEventListener('click', function () { sort(table, head, i); });
  });
}
// Hovering over plots: the nearest value of every line, or the nearest dot.
function points(path) {
  const tokens = path.getAttribute('d').match(/[a-zA-Z]|-?\d*\.?\d+/g) || [], found = [];
  let x = 0, y = 0, command = '', i = 0;
  const read = function (from) { return (command === command.toLowerCase() ? from : 0) + parseFloat(tokens[i++]); };
  while (i < tokens.length) {
    if (/[a-zA-Z]/.test(tokens[i])) command = tokens[i++];
    const kind = command.toLowerCase();
    if (kind === 'z') continue;
    if (kind !== 'v') x = read(x);
    if (kind !== 'h') y = read(y);
    if (kind === 'm') command = command === 'm' ? 'l' : 'L';
    found.push([x, y]);
  }
  return found;
}
function value(area, axis, pixel) {
  const d = area.dataset, least = +d[axis + 'Min'], most = +d[axis + 'Max'];
  const at = axis === 'x' ? (pixel - d.left) / d.width : 1 - (pixel - d.top) / d.height;
  const number = d[axis + 'Log'] === '1' ? least * Math.pow(most / least, at) : least + (most - least) * at;
  const whole = Math.round(number), reach = (most - least) / (axis === 'x' ? d.width : d.height) / 8;
  return Math.abs(number - whole) < reach && reach < 1 ? whole : +number.toPrecision(4);
}
function read(area) {
  const lines = [], dots = [];
  for (const group of area.querySelectorAll('.series')) {
    const name = group.dataset.name, hits = group.querySelectorAll('.hit');
    for (const path of group.querySelectorAll('.line')) lines.push({name: name, points: points(path)});
    if (!group.querySelector('.line'))
      if (hits.length)
        for (const hit of hits) dots.push([+hit.getAttribute('cx'), +hit.getAttribute('cy'), hit.textContent]);
      else
        for (const path of group.querySelectorAll('.dots'))
          for (const p of points(path)) dots.push([p[0], p[1], name]);
    for (const hit of hits) hit.remove();
    for (const title of group.querySelectorAll(':scope > title')) title.remove();
  }
  return {lines: lines, dots: dots};
}
function nearest(list, x, y) {
  let found = null, least = Infinity;
  for (const p of list) {
    const distance = y === null ? Math.abs(p[0] - x) : Math.hypot(p[0] - x, p[1] - y);
    if (distance < least) { least = distance; found = p; }
  }
  return found;
}
// The title of the x axis, which is the one below the plot.
function title(area) {
  const bottom = +area.dataset.top + +area.dataset.height;
  const below = Array.from(area.ownerSVGElement.querySelectorAll('.axis-title')).find(function (text) {
    return +text.getAttribute('y') > bottom;
  });
  return below ? below.textContent : '';
}
function describe(area, series, x, y) {
  const dot = nearest(series.dots, x, y);
  if (dot && Math.hypot(dot[0] - x, dot[1] - y) < 12)
    return {at: dot, text: /: /.test(dot[2] || '') ? dot[2] : (dot[2] ? dot[2] + '\n' : '') +
            value(area, 'x', dot[0]) + ', ' + value(area, 'y', dot[1])};
  const near = series.lines.map(function (line) { return {name: line.name, at: nearest(line.points, x, null)}; })
    .filter(function (line) { return line.at; });
  if (!near.length) return null;
  const first = nearest(near.map(function (line) { return line.at; }), x, null)[0];
  const same = near.filter(function (line) { return Math.abs(line.at[0] - first) < 1; });
  const text = same.slice(0, 12).map(function (line) {
    return (line.name ? line.name + ': ' : '') + value(area, 'y', line.at[1]);
  });
  return {at: nearest(same.map(function (line) { return line.at; }), x, y),
          text: [(title(area) + ' ' + value(area, 'x', first)).trim()].concat(text).join('\n')};
}
const tip = document.createElement('div'), ring = document.createElement('div');
tip.className = 'tip';
ring.className = 'ring';
tip.hidden = ring.hidden = true;
document.body.append(tip, ring);
for (const area of document.querySelectorAll('.area')) {
  const svg = area.ownerSVGElement, name = svg.querySelector(':scope > title');
  let series = null;
  const hide = function () { tip.hidden = ring.hidden = true; };
  const show = function (event) {
    if (!series) series = read(area);
    const matrix = area.getScreenCTM(), d = area.dataset;
    if (!matrix) return;
    const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const inside = p.x >= +d.left - 6 && p.x <= +d.left + +d.width + 6 && p.y >= +d.top && p.y <= +d.top + +d.height;
    const found = inside ? describe(area, series, p.x, p.y) : null;
    if (!found) { hide(); return; }
    const at = new DOMPoint(found.at[0], found.at[1]).matrixTransform(matrix);
    tip.hidden = ring.hidden = false;
    tip.textContent = found.text;
    ring.style.left = at.x + scrollX + 'px';
    ring.style.top = at.y + scrollY + 'px';
    tip.style.left = Math.max(0, Math.min(at.x + 12, document.documentElement.clientWidth - tip.offsetWidth - 4)) +
                     scrollX + 'px';
    tip.style.top = Math.max(0, at.y - tip.offsetHeight - 10) + scrollY + 'px';
  };
  svg.addEventListener('pointermove', show);
  svg.addEventListener('pointerdown', show);
  svg.addEventListener('pointerleave', hide);
  if (name) { // else the browser shows it over the values
    svg.setAttribute('aria-label', name.textContent);
    name.remove();
  }
}
})();
