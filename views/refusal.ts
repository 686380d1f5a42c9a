/** Why a form was not taken: beside the field at fault, or above the form if it is none's. */
export interface Refusal {
  message: string;
  field?: string;
}

/** What a field shows of it. */
export function errorOf(refusal: Refusal | undefined, field: string): { error?: string } {
  return refusal?.field === field ? { error: refusal.message } : {};
}

/** What stands above a form with these fields. */
export function flashOf(refusal: Refusal | undefined, fields: readonly string[]): string | null {
  if (!refusal || (refusal.field !== undefined && fields.includes(refusal.field))) return null;
  return refusal.message;
}
