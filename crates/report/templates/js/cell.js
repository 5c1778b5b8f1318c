// Cells from the data of the page: the same parts as those that stand on it from the start.
const shortened = text => text.length === 66 ? `${text.slice(0, 10)}…${text.slice(60)}` : text;
const hopId = part => typeof part === 'number' ? `H${part}` : part;
const kinds = [
  (id, text) => make('a', {href: `#${textOf(id)}`}, textOf(text)),
  (...ids) => {
    const links = make('span');
    for (const part of ids) links.append(make('a', {href: `#${hopId(part)}`}, hopId(part)), ' ');
    return links;
  },
  (text, short, before, whole) => {
    const shown = short ? shortened(text) : text;
    if (before === undefined) return make('code', {class: 'h'}, shown);
    const href = whole ? textOf(before) : textOf(before) + text;
    return make('a', {class: 'h', rel: 'noopener noreferrer', href}, shown);
  },
  text => make('code', {}, textOf(text)),
  text => make('small', {}, textOf(text)),
  (text, behind) => make('span', {title: textOf(behind)}, textOf(text)),
  (style, text) => make('span', {class: `tag t-${textOf(style)}`}, textOf(text)),
  text => make('span', {class: 'line'}, textOf(text)),
  text => make('span', {class: 'line no'}, textOf(text)),
];
const cellOf = (parts, isNumber) => {
  const cell = make('td', {class: isNumber ? 'num' : null});
  parts.forEach((part, index) => {
    if (index) cell.append(' ');
    cell.append(Array.isArray(part) ? kinds[part[0]](...part.slice(1)) : textOf(part));
  });
  return cell;
};
// What is searched, and sorted by: the texts of the parts; of an amount the exact one.
const partText = part => {
  if (!Array.isArray(part)) return textOf(part);
  if (part[0] === 1) return part.slice(1).map(hopId).join(' ');
  if (part[0] === 2) return part[1];
  if (part[0] === 0 || part[0] === 6) return textOf(part[2]);
  return part.slice(1).map(textOf).join(' ');
};
const exactText = parts => {
  const amount = parts.find(part => Array.isArray(part) && part[0] === 5);
  return amount ? exactOf(textOf(amount[1]), textOf(amount[2])) : parts.map(partText).join(' ');
};
