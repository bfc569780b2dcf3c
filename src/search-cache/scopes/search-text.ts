import { Injectable } from '@nestjs/common';
import type { SearchedFields } from '../../contracts/index.js';
import type { FoundVendorFields, TextScopes } from './text-scopes.js';

/** The text scopes in use; until `inventory` has registered them, all texts count as one. */
@Injectable()
export class SearchText implements TextScopes {
  private inner: TextScopes | null = null;

  use(text: TextScopes): void {
    this.inner = text;
  }

  ofProduct(product: SearchedFields): readonly string[] {
    return this.inner?.ofProduct(product) ?? [];
  }

  ofVendor(vendor: FoundVendorFields): readonly string[] {
    return this.inner?.ofVendor(vendor) ?? [];
  }

  ofQuery(q: string): readonly string[] | undefined {
    return this.inner?.ofQuery(q);
  }
}
