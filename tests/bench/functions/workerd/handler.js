export default {
  async fetch(request) {
    const event = await request.json();
    return Response.json({ ok: true, n: event.n });
  },
};
