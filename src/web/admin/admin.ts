import { Fault } from '../../lib/fault';
import type { FormFields } from '../form';
import type { Browsers, Viewer } from '../session';

/** As `requireViewer`. Throws Fault `forbidden` for who is no admin. */
export async function requireAdmin(browsers: Browsers, request: Request): Promise<Viewer> {
  return admitted(await browsers.requireViewer(request));
}

/** As `requireForm`. Throws Fault `forbidden` for who is no admin. */
export async function requireAdminForm(
  browsers: Browsers,
  request: Request,
): Promise<{ viewer: Viewer; form: FormFields }> {
  const sent = await browsers.requireForm(request);
  admitted(sent.viewer);
  return sent;
}

function admitted(viewer: Viewer): Viewer {
  if (viewer.isAdmin) return viewer;
  throw new Fault('forbidden', 'only an admin may do this');
}
