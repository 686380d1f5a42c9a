import type { PropsWithChildren } from '@kitajs/html';

/** A POST form with the token that proves our own page sent it. */
export function PostForm(props: PropsWithChildren<{ action: string; csrfToken: string }>) {
  return (
    <form method="post" action={props.action}>
      <input type="hidden" name="csrf_token" value={props.csrfToken} />
      {props.children}
    </form>
  );
}
