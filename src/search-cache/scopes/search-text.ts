import { Injectable } from '@nestjs/common';
import type { SearchedText, TextScopes } from './text-scopes.js';

/** The text scopes in use; until somebody who knows texts has spoken, no text is told from another. */
@Injectable()
export class SearchText implements TextScopes {
  private inner: TextScopes | null = null;

  use(text: TextScopes): void {
    this.inner = text;
  }

  ofProduct(product: SearchedText): readonly string[] {
    return this.inner?.ofProduct(product) ?? [];
  }

  ofQuery(q: string): readonly string[] | undefined {
    return this.inner?.ofQuery(q);
  }
}
