import { Body, Controller, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access } from '../../../auth/index.js';
import type { VendorAlias } from '../../../contracts/index.js';
import { IdPipe } from '../../../validation/index.js';
import { VendorAliasBody } from './vendor-alias.dto.js';
import { VendorAliases } from './vendor-aliases.js';

@Controller('vendors/:id/aliases')
export class VendorAliasesController {
  constructor(private readonly aliases: VendorAliases) {}

  @Get()
  @Access('admin')
  async list(@Param('id', IdPipe) id: string): Promise<{ aliases: VendorAlias[] }> {
    return { aliases: await this.aliases.of(id) };
  }

  /** 201, or 200 if it was there. */
  @Post()
  @Access('admin')
  async add(
    @Param('id', IdPipe) id: string,
    @Body() body: VendorAliasBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VendorAlias> {
    const { alias, added } = await this.aliases.add(id, body);
    if (!added) void reply.status(200);
    return alias;
  }

  @Delete()
  @Access('admin')
  @HttpCode(204)
  async remove(@Param('id', IdPipe) id: string, @Body() body: VendorAliasBody): Promise<void> {
    await this.aliases.remove(id, body);
  }
}
