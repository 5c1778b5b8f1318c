// What the other parts share: making elements, the data of the page, its state in the address.
const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
const grouped = number => number.toLocaleString('en');

// Read when something needs it: a large page opens without.
let parsed = null;
const data = () => parsed ??= JSON.parse(document.getElementById('data').textContent);
const textOf = part => typeof part === 'number' ? data().texts[part] : part;

// The address keeps where the reader is and what he asked for: `#H12?hops.q=0xab&flow.asset=1`.
const place = {target: '', state: new URLSearchParams()};
const readPlace = () => {
  const [target, ...state] = location.hash.slice(1).split('?');
  place.target = target;
  place.state = new URLSearchParams(state.join('?'));
};
const writePlace = () => {
  const state = place.state.toString();
  const hash = state ? `#${place.target}?${state}` : place.target ? `#${place.target}` : location.pathname;
  try { history.replaceState(null, '', hash); } catch { /* Some browsers keep the address of a file as it is. */ }
};
// Without a value the key is forgotten.
const keep = (key, value) => {
  if (value) place.state.set(key, value); else place.state.delete(key);
  writePlace();
};
