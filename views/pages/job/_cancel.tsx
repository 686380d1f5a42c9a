import { PostForm } from '../../components/post-form';
import { jobPath } from './words';

/** Of a job that is under way. */
export function CancelForm({ id, csrfToken }: { id: string; csrfToken: string }) {
  return (
    <PostForm action={`${jobPath(id)}/cancellation`} csrfToken={csrfToken}>
      <button type="submit" class="quiet">
        Cancel it
      </button>
    </PostForm>
  );
}
