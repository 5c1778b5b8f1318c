// Boxes and lines of the picture, as the page draws them itself when a group opens.
const ROW = 15;
const draw = (name, attributes = {}, ...children) => {
  const element = document.createElementNS(document.querySelector('.flow').namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
// As in the picture: an octagon for mixers and listed addresses, a gable for services, and so on.
const shapeOf = (kind, x, y, w, h) => {
  const [right, bottom] = [x + w, y + h];
  const corners = {
    mixer: [[x + 9, y], [right - 9, y], [right, y + 9], [right, bottom - 9], [right - 9, bottom], [x + 9, bottom],
      [x, bottom - 9], [x, y + 9]],
    bridge: [[x, y], [right - 12, y], [right, y + h / 2], [right - 12, bottom], [x, bottom]],
    contract: [[x, y], [right - 12, y], [right, y + 12], [right, bottom], [x, bottom]],
    service: [[x, y + 6], [x + w / 2, y - 3], [right, y + 6], [right, bottom], [x, bottom]],
  };
  const points = corners[kind === 'sanctioned' ? 'mixer' : kind];
  if (points) return [draw('polygon', {class: 's', points: points.join(' ')})];
  const box = draw('rect', {class: 's', x, y, width: w, height: h, rx: 4});
  if (kind !== 'held') return [box];
  return [box, draw('rect', {class: 's in', x: x + 3, y: y + 3, width: w - 6, height: h - 6, rx: 2})];
};
// The part of a share that a line's width stands for.
const widthOf = share => Math.floor(Math.sqrt(Math.min(share, 1e6)) / 66) + 1;
// From the right of one box to the left of another; back, it is dashed.
const wayOf = ([x1, y1], [x2, y2]) => {
  const end = x2 - 7;
  const reach = end > x1 ? (end - x1) / 2 : 60;
  return `M${x1} ${y1}C${x1 + reach} ${y1} ${end - reach} ${y2} ${end} ${y2}`;
};
// The way of a line with its heights moved: by `first` where it begins, by `last` where it ends, between by `shift`.
const moved = (way, first, last, shift) => {
  const steps = way.match(/[MCH][^MCH]*/g);
  let by = first;
  return steps.map((step, index) => {
    const at = step.slice(1).trim().split(/[ ,]+/).map(Number);
    if (step[0] === 'H') return step;
    if (step[0] === 'M') return `M${at[0]} ${at[1] + first}`;
    const before = by;
    by = index === steps.length - 1 ? last : shift(at[5]);
    return `C${at[0]} ${at[1] + before} ${at[2]} ${at[3] + by} ${at[4]} ${at[5] + by}`;
  }).join('');
};
