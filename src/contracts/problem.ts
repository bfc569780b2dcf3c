export interface FieldError {
  field: string;
  message: string;
}

/** RFC 9457 problem details, the body of every HTTP error. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Stable, for programs to switch on. */
  code: string;
  correlationId: string;
  errors?: FieldError[];
}

/** Of events that are in an archive only. */
export interface DroppedEventsProblem extends Problem {
  /** The first position that is kept. */
  first: number;
}
