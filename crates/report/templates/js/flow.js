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
  const bar = make('div', {class: 'bar'});
  const button = (text, name, act) => {
    const element = make('button', {type: 'button', title: name}, text);
    element.addEventListener('click', act);
    bar.append(element);
  };
  button('+', 'Zoom in', () => zoom(scale * 1.25));
  button('−', 'Zoom out', () => zoom(scale / 1.25));
  button('Fit', 'Fit to the width', fit);
  button('1:1', 'Natural size', () => zoom(1));
  bar.append(make('span', {class: 'soft'}, 'Choose an address to see what fed it and what it fed; Escape clears.'));
  canvas.before(bar);
  const say = make('p', {class: 'say', 'aria-live': 'polite'});
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
    if (node.dataset.p) say.append(make('a', {href: '#' + node.dataset.p}, 'Go to its row'));
  };
  for (const node of nodes) {
    node.setAttribute('tabindex', '0');
    node.setAttribute('role', 'button');
    node.setAttribute('aria-pressed', 'false');
    node.addEventListener('click', () => pick(node));
    node.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); pick(node); }
    });
  }
  figure.addEventListener('keydown', event => { if (event.key === 'Escape') clear(); });
}
