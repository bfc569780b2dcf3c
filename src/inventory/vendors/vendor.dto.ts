import { OmitType } from '@nestjs/mapped-types';
import { ArrayMaxSize, IsArray, IsNotIn } from 'class-validator';
import { IsId, IsLanguageTag, IsNames, IsText, Nullable, Optional, PatchType } from '../../validation/index.js';

export class CreateVendorBody {
  /** Chosen by the caller; made up when absent. */
  @Optional()
  @IsId()
  // Its page would be hidden by the vendor search.
  @IsNotIn(['search'])
  id?: string;

  @IsText(200)
  name: string;

  /** Translations of the name by language tag. */
  @Optional()
  @IsNames()
  names?: Record<string, string>;

  @Nullable()
  @IsText(200)
  market?: string | null;

  @Nullable()
  @IsText(200)
  district?: string | null;

  @Nullable()
  @IsText(200)
  state?: string | null;

  /** Languages the vendor deals in. */
  @Optional()
  @IsArray()
  @ArrayMaxSize(64)
  @IsLanguageTag(true)
  languages?: string[];
}

/** Any subset of the fields. */
export class UpdateVendorBody extends PatchType(OmitType(CreateVendorBody, ['id'])) {}
