// Owns one setting of zod: no code made from text. Pages forbid it (CSP), and probing for it is logged as an error in the
// extension host. Import it before any schema.
import * as z from 'zod';

z.config({ jitless: true });
