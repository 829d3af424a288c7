// Runs before anything is drawn: a folder dropped before the screens are there is held for them, so that none is lost.
// What a drop carries can be read only inside its event. App.svelte takes it over through lib/deploy/early.ts.
(() => {
  const hold = (event) => {
    if (!event.dataTransfer || !event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    if (event.type !== 'drop') return;
    window.hearthEarlyDrop = {
      entries: [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean),
      files: [...event.dataTransfer.files],
    };
  };
  window.addEventListener('dragover', hold);
  window.addEventListener('drop', hold);
  window.hearthTakeDrops = () => {
    window.removeEventListener('dragover', hold);
    window.removeEventListener('drop', hold);
    const held = window.hearthEarlyDrop;
    delete window.hearthEarlyDrop;
    return held;
  };
})();
