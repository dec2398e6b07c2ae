{* What the staff may ask for: a form of its own, so that it may stand on any page. `ids`: text with commas. *}
<form action="{""|fn_url}" method="post" class="form-horizontal" name="xero_connector_wish_{$kind}">
    <input type="hidden" name="ids" value="{$ids}" />
    <input type="hidden" name="return_url" value="{$return_url}" />
    <div class="control-group">
        <label class="control-label" for="xero_connector_reason_{$kind}">{__("xero_connector.reason")}:</label>
        <div class="controls">
            <input type="text" name="reason" id="xero_connector_reason_{$kind}" maxlength="1000" class="input-large" />
            <p class="muted">{__("xero_connector.reason_needed")}</p>
        </div>
    </div>
    <div class="control-group">
        <label class="control-label" for="xero_connector_ask_{$kind}">{__("xero_connector.wish")}:</label>
        <div class="controls">
            <select name="ask" id="xero_connector_ask_{$kind}">
                <option value="sync">{__("xero_connector.sync")}</option>
                <option value="leave_out">{__("xero_connector.leave_out")}</option>
                <option value="take_in">{__("xero_connector.take_in")}</option>
            </select>
            <button type="submit" class="btn btn-primary" name="dispatch[xero_connector.wish_{$kind}s]">{__("xero_connector.do_it")}</button>
        </div>
    </div>
</form>
