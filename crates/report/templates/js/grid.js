// Tables: sorting, searching, and paging through those that are longer than a page.
const PAGE = 100;
// Paper gets all rows of a table up to so many.
const PRINTED = 2000;

// The first number of a text, or the text.
const numberIn = text => (text.match(/\d[\d,]*(\.\d+)?/) ?? [text])[0].replaceAll(',', '');
// Amounts are compared as exact decimal text: by the length of the whole part, then digit by digit.
const isDecimal = /^\d+(\.\d+)?$/;
const collator = new Intl.Collator('en', {numeric: true});
const compare = (a, b) => {
  if (isDecimal.test(a) && isDecimal.test(b)) {
    const [x, y] = [a.split('.'), b.split('.')];
    return x[0].length - y[0].length || (x[0] < y[0] ? -1 : x[0] > y[0] ? 1 : 0)
      || ((x[1] ?? '') < (y[1] ?? '') ? -1 : (x[1] ?? '') > (y[1] ?? '') ? 1 : 0);
  }
  return collator.compare(a, b);
};

// What stands behind an amount is the exact one, unless it is dollars alone, or base units, which are not alike.
const exactOf = (shown, behind) => behind && !/^\(|^\d+ base units$/.test(behind) ? behind : shown;

// A row that stands on the page.
const shownRow = element => ({
  id: element.id,
  element: () => element,
  text: () => element.textContent + [...element.querySelectorAll('[title]')].map(part => part.title).join(' '),
  value: (column, isNumber) => {
    const cell = element.cells[column];
    const text = cell.textContent.trim();
    return isNumber ? numberIn(exactOf(text, cell.querySelector('[title]')?.title)) : text;
  },
});
// A row of the data.
const keptRow = (cells, numbers) => ({
  id: cells[0],
  element() {
    const row = make('tr', {id: cells[0] || null});
    cells.slice(1).forEach((cell, column) => row.append(cellOf(cell, numbers[column])));
    return this.made ??= row;
  },
  text: () => cells.slice(1).map(cell => cell.map(partText).join(' ')).join(' '),
  value: (column, isNumber) => {
    const cell = cells[column + 1];
    return isNumber ? numberIn(exactText(cell)) : cell.map(partText).join(' ').trim();
  },
});

const grids = new Map();
const makeGrid = table => {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const numbers = heads.map(head => head.classList.contains('num'));
  const name = table.dataset.name ?? '';
  const count = Number(table.dataset.rows ?? body.rows.length);
  let all = null;
  let places = null;
  const rows = () => all ??= table.dataset.rows
    ? data().rows[name].map(cells => keptRow(cells, numbers)) : [...body.rows].map(shownRow);
  const state = {query: '', column: -1, down: false, page: 0};
  let found = null;
  let texts = null;
  const matching = () => {
    const query = state.query.trim().toLowerCase();
    let list = rows();
    if (query) {
      texts ??= list.map(row => row.text().toLowerCase());
      list = list.filter((_, index) => texts[index].includes(query));
    }
    if (state.column >= 0) {
      const sign = state.down ? -1 : 1;
      list = list.map((row, index) => [row.value(state.column, numbers[state.column]), index, row])
        .sort((a, b) => sign * compare(a[0], b[0]) || a[1] - b[1]).map(entry => entry[2]);
    }
    return list;
  };
  const say = make('span', {'aria-live': 'polite'}, `${grouped(count)} rows`);
  const input = make('input', {type: 'search', autocomplete: 'off'});
  const back = make('button', {type: 'button', 'aria-label': 'Rows before'}, '‹');
  const on = make('button', {type: 'button', 'aria-label': 'More rows'}, '›');
  const show = (size = PAGE) => {
    found ??= matching();
    const last = Math.max(0, Math.ceil(found.length / size) - 1);
    state.page = Math.min(state.page, last);
    const first = state.page * size;
    const part = found.slice(first, first + size);
    body.replaceChildren(...part.map(row => row.element()));
    const of = state.query.trim() ? `${grouped(found.length)} of ${grouped(count)} rows` : `${grouped(count)} rows`;
    say.textContent = found.length > part.length ? `${of}: ${grouped(first + 1)} to ${grouped(first + part.length)}` : of;
    [back.disabled, on.disabled] = [!state.page, state.page === last];
    back.hidden = on.hidden = !last;
  };
  const change = () => {
    found = null;
    if (name) {
      keep(`${name}.q`, state.query.trim());
      keep(`${name}.by`, state.column < 0 ? '' : `${state.down ? '-' : ''}${state.column + 1}`);
    }
    show();
  };
  const sort = (column, down) => {
    [state.column, state.down, state.page] = [column, down, 0];
    heads.forEach(head => head.removeAttribute('aria-sort'));
    heads[column]?.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  };
  heads.forEach((head, column) => {
    const button = make('button', {type: 'button'}, head.textContent);
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      sort(column, head.getAttribute('aria-sort') === 'ascending');
      change();
    });
  });
  const turn = step => {
    state.page += step;
    show();
    table.closest('.wrap').scrollIntoView({block: 'nearest'});
  };
  back.addEventListener('click', () => turn(-1));
  on.addEventListener('click', () => turn(1));
  back.hidden = on.hidden = count <= PAGE;
  back.disabled = true;
  // Rows are hidden only where it can be seen by what.
  const hasFilter = count >= 8;
  if (hasFilter) {
    const label = make('label', {}, 'Show rows with ', input);
    table.closest('.wrap').before(make('div', {class: 'filter'}, label, back, on, say));
    if (count > PAGE) say.textContent = `${grouped(count)} rows: 1 to ${PAGE}`;
    input.addEventListener('input', () => {
      [state.query, state.page] = [input.value, 0];
      change();
    });
  }
  const grid = {
    name,
    // Brings a row onto the page, whatever is searched for.
    reveal(id) {
      if (!places) places = new Set(rows().map(row => row.id));
      if (!places.has(id)) return false;
      found ??= matching();
      let index = found.findIndex(row => row.id === id);
      if (index < 0) {
        [state.query, input.value] = ['', ''];
        change();
        index = found.findIndex(row => row.id === id);
      }
      state.page = Math.floor(index / PAGE);
      show();
      return true;
    },
    restore() {
      const query = hasFilter ? place.state.get(`${name}.q`) ?? '' : '';
      const by = Number(place.state.get(`${name}.by`) ?? 0);
      if (query === state.query && !by && state.column < 0) return;
      [state.query, input.value, found] = [query, query, null];
      if (Number.isInteger(by) && by && Math.abs(by) <= heads.length) sort(Math.abs(by) - 1, by < 0);
      show();
    },
    print: () => show(count <= PRINTED ? PRINTED : PAGE),
    afterPrint: () => show(),
  };
  // Rows that all stand on the page are paged through, too.
  if (!table.dataset.rows && count > PAGE) show();
  if (name) grids.set(name, grid);
  return grid;
};
