// What happens when the page opens, and where its address leads.
for (const table of document.querySelectorAll('table.big')) makeGrid(table);
for (const frame of document.querySelectorAll('.wrap')) watchEdge(frame, frame, 'The table goes on to the right: drag it.');

// Which table has the rows whose ids begin so.
const homes = {H: 'hops', E: 'endings', P: 'parties'};
const missing = make('p', {class: 'missing', role: 'status', hidden: ''});
document.body.append(missing);
const go = () => {
  const id = place.target;
  document.querySelector('.here')?.classList.remove('here');
  missing.hidden = true;
  if (!id) return;
  const grid = grids.get(homes[id[0]]);
  const isRow = /^[HEP]\d+$/.test(id);
  if (isRow && grid && !document.getElementById(id) && !grid.reveal(id)) {
    missing.textContent = `${id} is not among the rows of this page: it shows the largest. The JSON report has it.`;
    missing.hidden = false;
    return;
  }
  const target = document.getElementById(id);
  if (!target) return;
  target.closest('details')?.setAttribute('open', '');
  target.classList.add('here');
  target.scrollIntoView({block: isRow ? 'center' : 'start'});
};
// A link within the page keeps what the reader asked for.
document.addEventListener('click', event => {
  const link = event.target.closest?.('a[href^="#"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const state = place.state.toString();
  const hash = link.getAttribute('href') + (state ? `?${state}` : '');
  if (location.hash === hash) go(); else location.hash = hash;
});
const restore = () => {
  for (const grid of grids.values()) grid.restore();
  restoreSift();
};
addEventListener('hashchange', () => {
  readPlace();
  restore();
  go();
});
readPlace();
restore();
go();

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
  for (const grid of grids.values()) grid.print();
});
addEventListener('afterprint', () => {
  folded.forEach(part => { part.open = false; });
  for (const grid of grids.values()) grid.afterPrint();
});
