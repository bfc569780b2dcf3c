import type { Type } from '@nestjs/common';
import { PartialType } from '@nestjs/mapped-types';

/**
 * All fields may be absent, but `null` is refused where the original refuses it (`PartialType`'s default allows it).
 */
export const PatchType = <Body>(type: Type<Body>): Type<Partial<Body>> =>
  PartialType(type, { skipNullProperties: false });
