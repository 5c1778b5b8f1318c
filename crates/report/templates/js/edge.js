// What is wider than its frame says so: the style shades the edge behind which it goes on, this adds a sentence.
const watchEdge = (frame, before, words) => {
  const said = make('p', {class: 'onward', hidden: ''}, words);
  before.before(said);
  const look = () => {
    const beyond = frame.scrollWidth - frame.clientWidth;
    said.hidden = beyond < 2;
    // At the end it keeps its place, so that nothing jumps.
    said.classList.toggle('at-end', beyond - frame.scrollLeft < 2);
  };
  frame.addEventListener('scroll', look, {passive: true});
  // Called once at the start, after the layout.
  const watch = new ResizeObserver(look);
  for (const element of [frame, ...frame.children]) watch.observe(element);
};
