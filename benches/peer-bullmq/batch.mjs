// Batches that make themselves: while one call runs, the next one's items gather.

/** Gathers what many callers ask for into one `run(items)`; everybody waits for the batch their item is in. */
export function batcher(most, run) {
  let waiting = [];
  let running = false;
  async function work() {
    running = true;
    // one turn of the event loop, so that whoever is ready now comes along
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const batch = waiting.splice(0, most);
      try {
        await run(batch.map((one) => one.item));
        for (const one of batch) one.resolve();
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    }
    running = false;
  }
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) work();
    });
}

/** Two batches that lock the same rows in different orders: one of them is asked again. */
export async function despiteDeadlocks(run) {
  for (let tries = 0; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (error.code !== '40P01' || tries === 5) throw error;
    }
  }
}
