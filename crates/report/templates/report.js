(() => {
'use strict';
const make = (name, text, attributes = {}) => {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};
const value = (row, column) => {
  const cell = row.cells[column];
  const text = cell.textContent.trim();
  if (!cell.classList.contains('num')) return text;
  // The title, where there is one, is exact.
  const exact = cell.querySelector('[title]')?.title || text;
  return (exact.match(/\d[\d,]*(\.\d+)?/) ?? [text])[0].replaceAll(',', '');
};
// Amounts are compared as exact decimal text: by the length of the whole part, then digit by digit.
const compare = (a, b) => {
  const number = /^\d+(\.\d+)?$/;
  if (number.test(a) && number.test(b)) {
    const [x, y] = [a.split('.'), b.split('.')];
    return x[0].length - y[0].length || (x[0] < y[0] ? -1 : x[0] > y[0] ? 1 : 0)
      || ((x[1] ?? '') < (y[1] ?? '') ? -1 : 1);
  }
  return a.localeCompare(b, 'en', {numeric: true});
};
for (const table of document.querySelectorAll('table.big')) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = make('button', head.textContent, {type: 'button'});
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      heads.forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const sign = down ? -1 : 1;
      rows.map(row => [value(row, column), row])
        .sort((a, b) => sign * compare(a[0], b[0]))
        .forEach(pair => body.append(pair[1]));
    });
  });
  if (rows.length < 8) continue;
  const label = make('label', 'Show rows with ', {class: 'filter'});
  const input = make('input', '', {type: 'search', autocomplete: 'off'});
  const count = make('span', rows.length + ' rows', {'aria-live': 'polite'});
  label.append(input, count);
  table.closest('.wrap').before(label);
  let texts = null;
  input.addEventListener('input', () => {
    texts ??= rows.map(row => row.textContent.toLowerCase()
      + [...row.querySelectorAll('[title]')].map(part => part.title.toLowerCase()).join(' '));
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !texts[index].includes(wanted);
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = shown + ' of ' + rows.length + ' rows';
  });
}
// Names of addresses show the whole address on hover, from the table that has it.
document.addEventListener('pointerover', event => {
  const link = event.target.closest?.('a[href^="#P"]');
  if (!link || link.title) return;
  const row = document.getElementById(link.hash.slice(1));
  if (row) link.title = row.cells[1].textContent.trim();
});
// Paper shows what is folded away on a screen.
let folded = [];
addEventListener('beforeprint', () => {
  folded = [...document.querySelectorAll('details:not([open])')];
  folded.forEach(part => { part.open = true; });
});
addEventListener('afterprint', () => folded.forEach(part => { part.open = false; }));
const show = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target) return;
  target.hidden = false;
  target.closest('details')?.setAttribute('open', '');
};
addEventListener('hashchange', show);
show();

for (const figure of document.querySelectorAll('figure.flowbox')) {
  const canvas = figure.querySelector('.canvas');
  const flow = figure.querySelector('.flow');
  const [width, height] = [flow.viewBox.baseVal.width, flow.viewBox.baseVal.height];
  let scale = 1;
  const zoom = (wanted, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
    const next = Math.min(4, Math.max(.15, wanted));
    const [left, top] = [(canvas.scrollLeft + x) / scale, (canvas.scrollTop + y) / scale];
    scale = next;
    flow.setAttribute('width', Math.round(width * scale));
    flow.setAttribute('height', Math.round(height * scale));
    canvas.scrollLeft = left * scale - x;
    canvas.scrollTop = top * scale - y;
  };
  const fit = () => zoom((canvas.clientWidth - 2) / width);
  const bar = make('div', '', {class: 'bar'});
  const button = (text, name, act) => {
    const element = make('button', text, {type: 'button', 'aria-label': name, title: name});
    element.addEventListener('click', act);
    bar.append(element);
  };
  button('+', 'Zoom in', () => zoom(scale * 1.25));
  button('−', 'Zoom out', () => zoom(scale / 1.25));
  button('Fit', 'Fit to the width', fit);
  button('1:1', 'Natural size', () => zoom(1));
  bar.append(make('span', 'Choose an address to see what fed it and what it fed; Escape clears.', {class: 'soft'}));
  canvas.before(bar);
  const say = make('p', '', {class: 'say', 'aria-live': 'polite'});
  canvas.after(say);
  const ratio = (canvas.clientWidth - 2) / width;
  if (ratio < 1 && ratio > .7) fit();
  else if (canvas.clientWidth < 700 && ratio < .7) zoom(.75);
  // What it was taken from is in the middle of a tall picture.
  const first = flow.querySelector('.n .s')?.getBBox();
  if (first) canvas.scrollTop = (first.y + first.height / 2) * scale - canvas.clientHeight / 2;
  canvas.addEventListener('wheel', event => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    zoom(scale * (event.deltaY < 0 ? 1.15 : 1 / 1.15), event.clientX - box.left, event.clientY - box.top);
  }, {passive: false});
  let grip = null;
  canvas.addEventListener('pointerdown', event => {
    if (event.pointerType === 'mouse' && event.button === 0)
      grip = [event.clientX, event.clientY, canvas.scrollLeft, canvas.scrollTop];
  });
  addEventListener('pointermove', event => {
    if (!grip) return;
    canvas.scrollLeft = grip[2] - event.clientX + grip[0];
    canvas.scrollTop = grip[3] - event.clientY + grip[1];
  });
  addEventListener('pointerup', () => { grip = null; });

  const nodes = [...flow.querySelectorAll('.n')];
  const edges = [...flow.querySelectorAll('.e')];
  const reach = (start, from, to) => {
    const seen = new Set([start]);
    const lines = new Set();
    const next = [start];
    while (next.length) {
      const node = next.pop();
      for (const edge of edges) {
        if (edge.dataset[from] !== node) continue;
        lines.add(edge);
        const other = edge.dataset[to];
        if (!seen.has(other)) { seen.add(other); next.push(other); }
      }
    }
    return [seen, lines];
  };
  const clear = () => {
    flow.classList.remove('dim');
    for (const part of [...nodes, ...edges]) part.classList.remove('on', 'picked');
    for (const node of nodes) node.setAttribute('aria-pressed', 'false');
    say.textContent = '';
  };
  const pick = node => {
    const again = node.classList.contains('picked');
    clear();
    if (again) return;
    const [down, downLines] = reach(node.dataset.n, 'f', 't');
    const [up, upLines] = reach(node.dataset.n, 't', 'f');
    flow.classList.add('dim');
    node.classList.add('picked');
    node.setAttribute('aria-pressed', 'true');
    for (const other of nodes)
      if (down.has(other.dataset.n) || up.has(other.dataset.n)) other.classList.add('on');
    for (const line of [...downLines, ...upLines]) line.classList.add('on');
    say.textContent = node.querySelector('title').textContent + ' ';
    if (node.dataset.p) say.append(make('a', 'Go to its row', {href: '#' + node.dataset.p}));
  };
  for (const node of nodes) {
    node.setAttribute('tabindex', '0');
    node.setAttribute('role', 'button');
    node.setAttribute('aria-pressed', 'false');
    node.setAttribute('aria-label', node.querySelector('title').textContent);
    node.addEventListener('click', () => pick(node));
    node.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); pick(node); }
    });
  }
  figure.addEventListener('keydown', event => { if (event.key === 'Escape') clear(); });
}
})();
