import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { Clock } from '../infra/index.js';
import { AccessPolicy } from './http/access-policy.js';
import { tokenKeys } from './token-keys.js';
import { TokenVerifier } from './token-verifier.js';

@Global()
@Module({
  providers: [
    {
      provide: TokenVerifier,
      inject: [AppConfig, Clock],
      useFactory: async (config: AppConfig, clock: Clock) => new TokenVerifier(await tokenKeys(config), config, clock),
    },
    AccessPolicy,
  ],
  exports: [TokenVerifier, AccessPolicy],
})
export class AuthModule {}
