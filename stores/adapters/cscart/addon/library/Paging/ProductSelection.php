<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/** Products, those that are not for sale too. */
final class ProductSelection extends Selection
{
    protected const LISTED = "SELECT p.product_id AS id, p.timestamp AS placed,
          GREATEST(p.timestamp, p.updated_timestamp, COALESCE(c.changed, 0)) AS changed
        FROM {products} p LEFT JOIN {xero_connector_change} c ON c.kind = 'product' AND c.record_id = p.product_id";
    protected const EVERY = self::LISTED;
}
