<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/** Orders of a version that dates changes itself, in `updated_at`. */
final class DatedOrderSelection extends OrderSelection
{
    protected const FOUND = 'SELECT o.order_id AS id, o.timestamp AS placed,
          GREATEST(o.timestamp, o.updated_at, COALESCE(c.changed, 0)) AS changed FROM {orders} o' . self::NOTED;
    protected const LISTED = self::FOUND . " WHERE o.status <> 'N'" . self::DELETED;
    protected const EVERY = self::FOUND . self::DELETED;
}
