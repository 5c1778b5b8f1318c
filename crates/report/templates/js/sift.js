// The filter of the pictures. It hides lines and boxes, and never changes a number.
const flowsOnPage = [...document.querySelectorAll('figure.flowbox')].map(makeFlow);
const sift = document.querySelector('form.sift');
const FIELDS = ['asset', 'min', 'from', 'until', 'text'];

// A decimal number as a count of its last places; nothing if it is none, or has more places. A comma groups thousands, as
// on this page: 1,5 is no number, rather than fifteen.
const countOf = (text, places) => {
  const found = text.match(/^(\d{1,60}|\d{1,3}(?:[,\s]\d{3}){1,20})(?:\.(\d*))?$/);
  if (!found || (found[2] ?? '').length > places) return null;
  return BigInt(found[1].replaceAll(/[,\s]/g, '') + (found[2] ?? '').padEnd(places, '0'));
};
const testOf = () => {
  const [asset, min, from, until, text] = FIELDS.map(name => sift.elements[name].value.trim());
  const option = sift.elements.asset.selectedOptions[0];
  sift.querySelector('.unit').textContent = asset ? option.textContent : '% of its seed';
  const places = asset ? Number(option.dataset.decimals || 0) : 4;
  const least = min ? countOf(min, places) : 0n;
  sift.elements.min.setAttribute('aria-invalid', String(least === null));
  if (least === null) return {wrong: `“${min}” is no amount with at most ${places} decimals, written as 1,234.5.`};
  if (![asset, min, from, until, text].some(Boolean)) return {};
  const [number, wanted] = [Number(asset), text.toLowerCase()];
  const speaksOf = node => [node.party, node.address, ...node.rows.map(row => row[1])].join(' ').toLowerCase().includes(wanted);
  const test = (edge, payer, receiver) => {
    if (wanted && !speaksOf(payer) && !speaksOf(receiver)) return null;
    let [sum, count, timeless] = [0n, 0, 0];
    for (const payment of edge.payments) {
      if (asset && !payment.sums.has(number)) continue;
      const day = payment.time.slice(0, 10);
      // What has no known time is not known to be outside.
      if (day && ((from && day < from) || (until && day > until))) continue;
      if (!day && (from || until)) timeless += 1;
      count += 1;
      sum += asset ? payment.sums.get(number) : BigInt(payment.share);
    }
    return count && sum >= least ? {timeless} : null;
  };
  return {test};
};
const siftAll = () => {
  const {test, wrong} = testOf();
  const said = sift.querySelector('.sifted');
  if (!test && !wrong && !flowsOnPage.some(flow => flow.isSifted)) { said.textContent = ''; return; }
  const results = flowsOnPage.map(flow => flow.sift(test));
  flowsOnPage.forEach(flow => { flow.isSifted = Boolean(test); });
  const total = name => results.reduce((sum, result) => sum + result[name], 0);
  const [shown, all, left] = [total('shown'), total('all'), total('left')];
  const parts = test ? [`${grouped(shown)} of ${grouped(all)} flows shown; ${grouped(all - shown - left)} hidden by this filter.`] : [];
  if (left) parts.push(`${grouped(left)} small flows are not on this page.`);
  if (total('timeless')) parts.push(`${grouped(total('timeless'))} payments whose time is not known are counted in.`);
  if (test) parts.push('The ledger and the tables are not filtered.');
  said.textContent = [wrong, ...parts].filter(Boolean).join(' ');
};
const restoreSift = () => {
  if (!sift) return;
  for (const name of FIELDS) {
    const wanted = place.state.get(`flow.${name}`) ?? '';
    if (sift.elements[name].value !== wanted) sift.elements[name].value = wanted;
  }
  siftAll();
  for (const flow of flowsOnPage) flow.restore();
};
if (sift) {
  sift.hidden = !flowsOnPage.length;
  sift.addEventListener('submit', event => event.preventDefault());
  sift.addEventListener('input', () => {
    for (const name of FIELDS) keep(`flow.${name}`, sift.elements[name].value.trim());
    siftAll();
  });
  sift.addEventListener('reset', () => setTimeout(() => {
    for (const name of FIELDS) keep(`flow.${name}`, '');
    siftAll();
  }));
}
