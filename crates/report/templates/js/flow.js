// The pictures: zoom, what fed and was fed by an address, groups that open, flows that a filter leaves.
const STEP = 20;
// The smallest scale at which what stands in a box can still be read.
const LEGIBLE = .5;

// Addresses and payments behind a picture.
const readFlow = index => {
  const read = data().flows[index];
  const nodes = read.nodes.map(([slot, kind, party, address, share, ...rows], id) => ({
    id, slot, kind, party, address, share,
    rows: rows.reduce((pairs, part, at) => at % 2 ? [...pairs.slice(0, -1), [pairs.at(-1), textOf(part)]]
      : [...pairs, part], []),
  }));
  const edges = read.edges.map(([from, to, share, ...payments]) => ({
    from, to, share,
    payments: payments.map(([id, part, time, ...sums]) => ({
      id: hopId(id), share: part, time: textOf(time),
      sums: sums.reduce((map, part, at) => at % 2 ? map.set(sums[at - 1], BigInt(part)) : map, new Map()),
    })),
  }));
  const members = new Map();
  for (const node of nodes) {
    if (!members.has(node.slot)) members.set(node.slot, []);
    members.get(node.slot).push(node);
  }
  for (const list of members.values()) list.sort((a, b) => b.share - a.share || a.id - b.id);
  return {nodes, edges, members, beyond: new Map(read.beyond), left: read.left};
};

const makeFlow = (figure, index) => {
  const canvas = figure.querySelector('.canvas');
  const flow = figure.querySelector('.flow');
  const boxes = [...flow.querySelectorAll('.n')].map((element, slot) => {
    const [x, y, w, h] = element.dataset.b.split(' ').map(Number);
    const name = element.querySelector('.t');
    return {
      key: `${slot}`, slot, element, x, y, w, h, top: y, party: element.dataset.p, name, named: name?.textContent,
      isGroup: element.classList.contains('many'), title: element.querySelector('title').textContent,
    };
  });
  const lines = [...flow.querySelectorAll('.e')].map((element, place) => {
    const [way, tip] = element.querySelectorAll('path');
    return {
      element, way, tip, from: Number(element.dataset.f), to: Number(element.dataset.t),
      d: way.getAttribute('d'), tipAt: tip.getAttribute('d').match(/-?\d+/g).map(Number),
      width: Number(way.getAttribute('stroke-width')), labels: [...flow.querySelectorAll(`.a[data-e="${place}"]`)],
    };
  });
  for (const box of boxes) if (box.isGroup) box.element.append(draw('text', {class: 'plus', x: box.x + box.w - 20, y: box.y + 19}, '+'));
  const under = draw('g');
  const over = draw('g');
  flow.querySelector('.n')?.before(under);
  flow.append(over);
  let read = null;
  const model = () => read ??= readFlow(index);

  // What is drawn now: boxes, and lines between them.
  let units = boxes;
  let links = lines.map(line => ({from: boxes[line.from], to: boxes[line.to], element: line.element, width: line.width}));
  const opened = new Map();
  const pinned = new Set();
  let passes = null;
  let picked = null;
  const size = {width: flow.viewBox.baseVal.width, height: flow.viewBox.baseVal.height};
  let scale = 1;

  const member = (node, x, top, w) => {
    const h = node.rows.length * ROW + 14;
    const text = node.rows.map(([style, words], row) =>
      draw('text', {class: style, x: x + 14, y: top + 4 + (row + 1) * ROW}, words));
    const title = node.rows.map(row => row[1]).join(', ');
    const element = draw('g', {class: `n n-${node.kind} new`}, draw('title', {}, title), ...shapeOf(node.kind, x, top, w, h), ...text);
    return {key: `${node.slot}.${node.id}`, slot: node.slot, element, x, top, w, h, party: node.party, nodes: [node], title};
  };
  const crowd = (slot, list, count, x, top, w) => {
    const h = 2 * ROW + 14;
    const [words, how] = [`${grouped(count)} others`, list.length ? `open ${Math.min(STEP, list.length)} more` : 'in other formats'];
    const element = draw('g', {class: 'n n-pass many new'}, draw('title', {}, words),
      draw('rect', {class: 's', x: x + 4, y: top + 4, width: w, height: h, rx: 4}), ...shapeOf('pass', x, top, w, h),
      draw('text', {class: 't', x: x + 14, y: top + 4 + ROW}, words), draw('text', {class: 'd', x: x + 14, y: top + 4 + 2 * ROW}, how));
    return {key: `${slot}.rest`, slot, element, x, top, w, h, nodes: list, isRest: true, isEmpty: !list.length, title: words, party: ''};
  };
  const closer = (box, top) => {
    const words = `Close the group of ${box.named}`;
    const element = draw('g', {class: 'n closer new'}, draw('title', {}, words),
      draw('rect', {class: 's', x: box.x, y: top, width: box.w, height: 22, rx: 4}),
      draw('text', {class: 'd', x: box.x + 14, y: top + 15}, `− close: ${box.named}`));
    return {key: `${box.slot}.close`, slot: box.slot, element, x: box.x, top, w: box.w, h: 22, nodes: [], isCloser: true, title: words, party: ''};
  };
  const isTouched = node => !passes || passes.nodes.has(node.id);

  // Everything below a group makes room for what comes out of it.
  const rebuild = () => {
    const focus = units.find(unit => unit.element === document.activeElement)?.key;
    under.replaceChildren();
    over.replaceChildren();
    const stacks = [...opened].map(([slot, count]) => {
      const list = model().members.get(slot).filter(isTouched).sort((a, b) => pinned.has(b.party) - pinned.has(a.party));
      return {box: boxes[slot], shown: list.slice(0, count), rest: list.slice(count), beyond: model().beyond.get(slot) ?? 0};
    });
    const stackHeight = ({shown, rest, beyond}) => 30 + shown.reduce((sum, node) => sum + node.rows.length * ROW + 22, 0)
      + (rest.length + beyond ? 2 * ROW + 22 : 0);
    const room = stacks.map(stack => [stack.box.y + stack.box.h, Math.max(0, stackHeight(stack) - stack.box.h)]);
    const shift = y => room.reduce((sum, [below, more]) => sum + (below <= y ? more : 0), 0);
    units = [];
    const unitOf = new Map();
    for (const box of boxes) {
      box.top = box.y + shift(box.y);
      const isOpen = opened.has(box.slot);
      const touched = passes ? passes.slots.get(box.slot) ?? 0 : 1;
      box.element.toggleAttribute('hidden', isOpen || !touched);
      box.element.setAttribute('transform', `translate(0 ${box.top - box.y})`);
      if (box.isGroup && box.name) box.name.textContent = passes && touched ? `${grouped(touched)} of ${box.named}` : box.named;
      if (!isOpen && touched) units.push(box);
    }
    for (const {box, shown, rest, beyond} of stacks) {
      let top = box.top;
      const add = unit => {
        units.push(unit);
        over.append(unit.element);
        for (const node of unit.nodes) unitOf.set(node.id, unit);
        top += unit.h + 8;
      };
      add(closer(box, top));
      for (const node of shown) add(member(node, box.x, top, box.w));
      if (rest.length + beyond) add(crowd(box.slot, rest, rest.length + beyond, box.x, top, box.w));
    }
    links = [];
    for (const line of lines) {
      const isDrawn = !opened.has(line.from) && !opened.has(line.to) && (!passes || passes.pairs.has(`${line.from} ${line.to}`));
      for (const element of [line.element, ...line.labels]) element.toggleAttribute('hidden', !isDrawn);
      if (!isDrawn) continue;
      const [from, to] = [boxes[line.from], boxes[line.to]];
      const [first, last] = [from.top - from.y, to.top - to.y];
      line.way.setAttribute('d', moved(line.d, first, last, shift));
      line.tip.setAttribute('d', `M${line.tipAt[0]} ${line.tipAt[1] + last}l-9 -5v10z`);
      const isBack = line.element.classList.contains('back');
      for (const label of line.labels) label.setAttribute('transform', `translate(0 ${isBack ? shift(Number(label.getAttribute('y'))) : last})`);
      links.push({from, to, element: line.element, width: line.width});
    }
    if (opened.size) newLinks(unitOf);
    size.more = room.reduce((sum, [, more]) => sum + more, 0);
    flow.setAttribute('viewBox', `0 0 ${size.width} ${size.height + size.more}`);
    resize();
    for (const unit of units) prepare(unit);
    const again = picked && units.find(unit => unit.key === picked || (unit.party && unit.party === picked));
    mark(again ?? null);
    if (focus) (units.find(unit => unit.key === focus) ?? units.find(unit => unit.slot === Number(focus.split('.')[0])))?.element.focus({preventScroll: true});
  };
  // Lines from and to what came out of groups, drawn anew.
  const newLinks = unitOf => {
    const found = new Map();
    for (const [at, edge] of model().edges.entries()) {
      if (passes && !passes.edges.has(at)) continue;
      const ends = [edge.from, edge.to].map(id => unitOf.get(id) ?? boxes[model().nodes[id].slot]);
      const [from, to] = ends;
      if (from === to || !ends.some(unit => unit.nodes)) continue;
      const key = `${from.key} ${to.key}`;
      if (!found.has(key)) found.set(key, {from, to, share: 0, payments: []});
      const link = found.get(key);
      link.share += edge.share;
      link.payments.push(...edge.payments);
    }
    const all = [...found.values()];
    // Lines leave and reach a box in the order of their other ends.
    const port = (unit, side, other) => {
      const list = all.filter(link => link[side] === unit).sort((a, b) => a[other].top - b[other].top);
      list.forEach((link, place) => { link[`${side}At`] = unit.top + unit.h * (place + 1) / (list.length + 1); });
    };
    for (const unit of new Set(all.flatMap(link => [link.from, link.to]))) {
      port(unit, 'from', 'to');
      port(unit, 'to', 'from');
    }
    for (const link of all) {
      const [start, end] = [[link.from.x + link.from.w, link.fromAt], [link.to.x, link.toAt]];
      const ids = link.payments.slice(0, 12).map(payment => payment.id).join(' ');
      const more = link.payments.length > 12 ? ` and ${grouped(link.payments.length - 12)} more` : '';
      const back = end[0] <= start[0] ? ' back' : '';
      const width = widthOf(link.share);
      link.element = draw('g', {class: `e new${back}`}, draw('title', {}, `${link.from.title.split('\n')[0]} → ${link.to.title.split('\n')[0]} (${ids}${more})`),
        draw('path', {d: wayOf(start, end), 'stroke-width': width}), draw('path', {class: 'tip', d: `M${end[0]} ${end[1]}l-9 -5v10z`}));
      under.append(link.element);
      links.push({from: link.from, to: link.to, element: link.element, width});
    }
  };

  const resize = () => {
    flow.setAttribute('width', Math.round(size.width * scale));
    flow.setAttribute('height', Math.round((size.height + (size.more ?? 0)) * scale));
  };
  const zoom = (wanted, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
    const next = Math.min(4, Math.max(.1, wanted));
    const [left, top] = [(canvas.scrollLeft + x) / scale, (canvas.scrollTop + y) / scale];
    scale = next;
    resize();
    canvas.scrollLeft = left * scale - x;
    canvas.scrollTop = top * scale - y;
  };
  const fit = () => zoom((canvas.clientWidth - 2) / size.width);
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
  bar.append(make('span', {class: 'soft'}, 'Choose an address to see what fed it and what it fed, a group to open it. Arrow keys go along the flow; Escape clears.'));
  canvas.before(bar);
  const say = make('p', {class: 'say', 'aria-live': 'polite'});
  canvas.after(say);

  // Boxes to the left or right along the lines from one of them.
  const reach = (start, from, to) => {
    const seen = new Set([start]);
    const along = new Set();
    const next = [start];
    while (next.length) {
      const unit = next.pop();
      for (const link of links) {
        if (link[from] !== unit) continue;
        along.add(link.element);
        if (!seen.has(link[to])) { seen.add(link[to]); next.push(link[to]); }
      }
    }
    return [seen, along];
  };
  const mark = unit => {
    picked = unit ? unit.party || unit.key : null;
    flow.classList.toggle('dim', Boolean(unit));
    for (const part of flow.querySelectorAll('.on, .picked')) part.classList.remove('on', 'picked');
    for (const other of units) if (other.element.hasAttribute('aria-pressed')) other.element.setAttribute('aria-pressed', String(other === unit));
    say.replaceChildren();
    if (!unit) return;
    const [down, downLines] = reach(unit, 'from', 'to');
    const [up, upLines] = reach(unit, 'to', 'from');
    unit.element.classList.add('picked');
    for (const other of [...down, ...up]) other.element.classList.add('on');
    for (const line of [...downLines, ...upLines]) line.classList.add('on');
    say.append(`${unit.title} `);
    if (unit.party) say.append(make('a', {href: `#${unit.party}`}, 'Go to its row'));
  };
  const keepOpened = () => {
    const others = (place.state.get('flow.open') ?? '').split(',').filter(part => part && !part.startsWith(`${index}.`));
    keep('flow.open', [...others, ...[...opened].map(([slot, count]) => `${index}.${slot}.${count}`)].join(','));
  };
  const act = unit => {
    if (unit.isEmpty) return;
    if (unit.isCloser) opened.delete(unit.slot);
    else if (unit.isRest) opened.set(unit.slot, opened.get(unit.slot) + STEP);
    else if (unit.isGroup) opened.set(unit.slot, STEP);
    else {
      mark(picked === (unit.party || unit.key) ? null : unit);
      keep('flow.pick', unit.party && picked ? picked : '');
      return;
    }
    rebuild();
    keepOpened();
  };
  const clear = () => {
    if (picked) { mark(null); keep('flow.pick', ''); } else if (opened.size) {
      opened.delete([...opened.keys()].at(-1));
      rebuild();
      keepOpened();
    }
  };

  // One box is in the order of the tab key; arrows go on from there.
  const known = new WeakMap();
  let current = null;
  const prepare = unit => {
    unit.element.setAttribute('tabindex', unit.key === current ? '0' : '-1');
    unit.element.setAttribute('role', 'button');
    if (!unit.isGroup && !unit.isRest && !unit.isCloser) unit.element.setAttribute('aria-pressed', 'false');
    if (unit.isGroup) unit.element.setAttribute('aria-expanded', 'false');
    known.set(unit.element, unit);
  };
  const unitAt = target => known.get(target.closest?.('.n'));
  const tab = unit => {
    for (const other of units) other.element.setAttribute('tabindex', '-1');
    current = unit.key;
    unit.element.setAttribute('tabindex', '0');
  };
  const neighbour = (unit, key) => {
    const along = (from, to) => links.filter(link => link[from] === unit).sort((a, b) => b.width - a.width)[0]?.[to];
    if (key === 'ArrowRight') return along('from', 'to');
    if (key === 'ArrowLeft') return along('to', 'from');
    const sign = key === 'ArrowDown' ? 1 : -1;
    const column = units.filter(other => Math.abs(other.x - unit.x) < unit.w / 2 && sign * (other.top - unit.top) > 0);
    return column.sort((a, b) => sign * (a.top - b.top))[0];
  };
  flow.addEventListener('click', event => {
    const unit = unitAt(event.target);
    if (!unit) return;
    tab(unit);
    act(unit);
  });
  flow.addEventListener('focusin', event => { const unit = unitAt(event.target); if (unit) tab(unit); });
  figure.addEventListener('keydown', event => {
    if (event.key === 'Escape') return clear();
    const unit = unitAt(event.target);
    if (!unit) return;
    const to = event.key.startsWith('Arrow') ? neighbour(unit, event.key) : null;
    if (event.key === 'Enter' || event.key === ' ') act(unit);
    else if (to) { tab(to); to.element.focus(); to.element.scrollIntoView({block: 'nearest', inline: 'nearest'}); }
    else return;
    event.preventDefault();
  });
  current = boxes[0]?.key;
  boxes.forEach(prepare);

  const ratio = (canvas.clientWidth - 2) / size.width;
  if (ratio < 1 && ratio >= LEGIBLE) fit();
  else if (ratio < 1 && canvas.clientWidth < 700) zoom(.75);
  watchEdge(canvas, canvas, 'The picture goes on to the right: drag it, or press Fit.');
  // What it was taken from is in the middle of a tall picture.
  if (boxes[0]) canvas.scrollTop = (boxes[0].y + boxes[0].h / 2) * scale - canvas.clientHeight / 2;
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

  return {
    // Shows the flows that `test` lets pass, all without one; says how many of how many.
    sift(test) {
      const all = lines.length || read ? model().edges.length + model().left : 0;
      if (!test && !passes) return {shown: all, all, left: 0, timeless: 0};
      const before = passes;
      passes = null;
      let timeless = 0;
      if (test) {
        passes = {edges: new Set(), nodes: new Set(), slots: new Map(), pairs: new Set()};
        model().edges.forEach((edge, at) => {
          const [from, to] = [model().nodes[edge.from], model().nodes[edge.to]];
          const said = test(edge, from, to);
          if (!said) return;
          timeless += said.timeless;
          passes.edges.add(at);
          passes.pairs.add(`${from.slot} ${to.slot}`);
          for (const node of [from, to]) {
            if (!passes.nodes.has(node.id)) passes.slots.set(node.slot, (passes.slots.get(node.slot) ?? 0) + 1);
            passes.nodes.add(node.id);
          }
        });
      }
      if (before || passes) rebuild();
      return {shown: passes ? passes.edges.size : all, all, left: passes ? model().left : 0, timeless};
    },
    // Opens and picks what the address of the page says.
    restore() {
      const groups = (place.state.get('flow.open') ?? '').split(',').map(part => part.split('.').map(Number));
      const wanted = new Map(groups.filter(([at, slot]) => at === index && boxes[slot]?.isGroup)
        .map(([, slot, count]) => [slot, Math.min(Math.max(count || STEP, STEP), 2000)]));
      const pick = place.state.get('flow.pick') ?? '';
      const isSame = wanted.size === opened.size && [...wanted].every(([slot, count]) => opened.get(slot) === count);
      if (isSame && pick === (picked ?? '')) return;
      opened.clear();
      for (const [slot, count] of wanted) opened.set(slot, count);
      if (/^P\d+$/.test(pick) && !boxes.some(box => box.party === pick)) {
        const node = model().nodes.find(node => node.party === pick);
        if (node && !opened.has(node.slot)) opened.set(node.slot, STEP);
        if (node) pinned.add(pick);
      }
      picked = pick || null;
      rebuild();
      const unit = picked && units.find(unit => unit.party === picked);
      if (!unit) return;
      canvas.scrollLeft = (unit.x + unit.w / 2) * scale - canvas.clientWidth / 2;
      canvas.scrollTop = (unit.top + unit.h / 2) * scale - canvas.clientHeight / 2;
    },
  };
};
