import { Global, Logger, Module } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { FastPath } from './fast-path.js';
import { FrameSender } from './websocket/frame-sender.js';

/** Checks at the start what the wing relies on, before anything is sent. */
@Global()
@Module({
  providers: [
    {
      provide: FastPath,
      inject: [AppConfig],
      useFactory: ({ fastPath }: AppConfig) => FastPath.check(fastPath, new Logger(FastPath.name)),
    },
    FrameSender,
  ],
  exports: [FastPath, FrameSender],
})
export class FastPathModule {}
